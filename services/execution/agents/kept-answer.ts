import { FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { keptRef } from "../../inference/index.ts";
import type { ModelCall } from "../agent-event.ts";
import type { ModelAnswer } from "../models/answer-reader.ts";
import type { Question } from "../models/cache/response-cache.ts";
import type { ChainLink } from "../models/model-chain.ts";
import { createOutputCheck, OutputBlocked } from "../models/moderation/output-check.ts";
import type { Execution } from "./execution.ts";
import type { ModelCallInput } from "./model-call.ts";
import type { CallAnswer, Try } from "./try-model.ts";

/** What the model said to the very same question before; undefined where the run does not want that. */
export async function findKept(
  { cache, request }: Execution,
  question: Question,
): Promise<string | undefined> {
  return request.cache ? cache?.find(request.tenantId, question) : undefined;
}

/** Only whole answers are given again, and none that called tools: what those did is not what they would do now. */
export async function keepAnswer(
  { cache, request }: Execution,
  question: Question,
  { text, toolCalls, finishReason }: ModelAnswer,
): Promise<void> {
  const isWhole = toolCalls.length === 0 && finishReason === FinishReason.STOP;
  if (request.cache && isWhole) await cache?.keep(request.tenantId, question, text);
}

export function questionOf({ agent, request }: Execution, input: ModelCallInput, link: ChainLink): Question {
  const { messages, tools, withoutTools } = input;
  const { agentVersion, maxOutputTokens } = request;
  const asked = { messages, tools, withoutTools, maxOutputTokens };
  return { ...asked, model: link.ref, agentId: agent.agentId, agentVersion };
}

/** Tells a kept answer as the call that it spares: one of no tokens, which is free. */
export async function tellKept(
  execution: Execution,
  { ref }: ChainLink,
  text: string,
  announce: Try["announce"],
): Promise<CallAnswer> {
  const { moderator, nextCallId, request, signal } = execution;
  const call: ModelCall = { callId: nextCallId(), model: keptRef(ref), inputTokens: 0, maxOutputTokens: 0 };
  await request.beforeModelCall(call);
  await execution.emit({ type: "call_started", call, ...announce() });
  for (const piece of piecesOf(text)) await execution.emit({ type: "text", text: piece, outputTokens: 0 });
  const usage = { inputTokens: 0, outputTokens: 0, reported: true };
  const output = moderator && createOutputCheck(moderator, signal);
  output?.add(text);
  try {
    await output?.finish([]);
  } catch (error) {
    if (!(error instanceof OutputBlocked)) throw error;
    await execution.emit({ type: "call_blocked", call, keep: error.keep, usage });
    throw error.error;
  }
  const finishReason = FinishReason.STOP;
  await execution.emit({ type: "call_ended", call, usage, finishReason });
  const ended = { callId: call.callId, usage };
  return { text, toolCalls: [], outputTokens: 0, usage: undefined, overran: false, finishReason, ended };
}

/** As long as events are otherwise, at most. */
const piecesOf = (text: string): string[] => text.match(/.{1,256}/gsu) ?? [];
