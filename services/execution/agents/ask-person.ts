import {
  InterruptAnswerSchema,
  InterruptSchema,
  type Interrupt,
  type InterruptAnswer,
} from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import { create, fromJson, toJson, type JsonValue } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { interrupt, type Interrupt as GraphInterrupt } from "@langchain/langgraph";
import type { WrittenToolCall } from "../models/tool-call-reader.ts";
import type { Approval, Question } from "../tools/tool.ts";

/** Suspends the graph with a question; run again with the answer, it returns that. Only JSON goes through LangGraph. */
export function askPerson(question: Question, { id }: WrittenToolCall, now: Date): InterruptAnswer {
  const asked = create(InterruptSchema, { ...question, toolCallId: id, createTime: timestampFromDate(now) });
  return fromJson(InterruptAnswerSchema, interrupt<JsonValue, JsonValue>(toJson(InterruptSchema, asked)));
}

/** What a suspended graph asks. */
export function interruptOf({ id = "", value }: GraphInterrupt): Interrupt {
  return { ...fromJson(InterruptSchema, value as JsonValue), interruptId: id };
}

/** An answer as the graph takes it. */
export const resumeValue = (answer: InterruptAnswer): JsonValue => toJson(InterruptAnswerSchema, answer);

export function approvalQuestion({ scope, prompt }: Approval, args: unknown): Question {
  return { prompt: prompt(args), question: { case: "confirm", value: { requiredScope: scope } } };
}

/** The answer as a model reads it. */
export function answerText({ answer }: InterruptAnswer): string {
  switch (answer.case) {
    case "confirm":
      return JSON.stringify({ answer: answer.value.approved ? "yes" : "no", comment: answer.value.comment });
    case "choice":
      return JSON.stringify({ chosen: answer.value.optionIds });
    case "text":
      return JSON.stringify({ answer: answer.value.text });
    case undefined:
      return JSON.stringify({});
  }
}

/** What the result of a call begins with that a person did not allow. */
export const NOT_APPROVED = "NOT_APPROVED";

export function refusalText(answer: InterruptAnswer["answer"]): string {
  const comment = answer.case === "confirm" ? answer.value.comment : "";
  return `${NOT_APPROVED}: a person declined this call${comment === "" ? "" : `: ${comment}`}`;
}
