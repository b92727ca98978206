import { ToolCallState, type MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { codePoints } from "../platform/text/code-points.ts";
import type { Place } from "./run-answer.ts";
import type { RunSession } from "./run-session.ts";
import { emitArguments, retract, toolCallFrame, toolResultFrame } from "./tell-event.ts";

/**
 * Brings what readers were told to what the checkpoint holds: only what it does not hold is taken back, and only what
 * they do not know yet is said.
 */
export function restoreAnswer(session: RunSession, held: readonly MessagePart[]): void {
  const said = session.answer.parts();
  const { parts, place } = agreement(said, held);
  retract(session, session.answer.cutTo(place));
  for (const part of held.slice(0, parts)) sayResult(session, part);
  const [next, ...others] = held.slice(parts);
  if (next?.kind.case === "text") sayText(session, [...next.kind.value.text].slice(place.inText).join(""));
  else if (next) sayPart(session, next);
  for (const part of others) sayPart(session, part);
}

interface Agreement {
  /** Parts that are the same from the first on. */
  parts: number;
  /** Where the two part; `inText` code points into the next part, if that is text in both. */
  place: Place & { inText: number };
}

function agreement(said: readonly MessagePart[], held: readonly MessagePart[]): Agreement {
  const place = { textLength: 0, toolCalls: 0, inText: 0 };
  let parts = 0;
  for (; parts < said.length && parts < held.length; parts += 1) {
    const [a, b] = [said[parts]?.kind, held[parts]?.kind];
    if (a?.case === "text" && b?.case === "text") {
      const common = commonCodePoints(a.value.text, b.value.text);
      place.textLength += common;
      if (a.value.text !== b.value.text) return { parts, place: { ...place, inText: common } };
    } else if (isSameCall(a, b)) place.toolCalls += 1;
    else break;
  }
  return { parts, place };
}

function commonCodePoints(a: string, b: string): number {
  const [first, second] = [[...a], [...b]];
  const differs = first.findIndex((point, i) => point !== second[i]);
  return differs === -1 ? codePoints(a) : differs;
}

/** A call that readers saw running may have its result by now. */
function isSameCall(a: MessagePart["kind"] | undefined, b: MessagePart["kind"] | undefined): boolean {
  if (a?.case !== "toolCall" || b?.case !== "toolCall") return false;
  const { toolCallId, name, argumentsJson, result, state } = a.value;
  const same = b.value.toolCallId === toolCallId && b.value.name === name;
  if (!same || b.value.argumentsJson !== argumentsJson) return false;
  return state === ToolCallState.RUNNING || (b.value.state === state && b.value.result === result);
}

function sayPart(session: RunSession, { kind }: MessagePart): void {
  if (kind.case === "text") return sayText(session, kind.value.text);
  if (kind.case !== "toolCall") return;
  const { answer, writer } = session;
  const { toolCallId, name, argumentsJson } = kind.value;
  writer.emit(toolCallFrame(toolCallId, name, answer.textLength));
  answer.addToolCall(toolCallId, name);
  emitArguments(session, toolCallId, argumentsJson);
  sayResult(session, { kind });
}

function sayText({ answer, writer }: RunSession, text: string): void {
  if (text === "") return;
  writer.text(answer.textLength, text);
  answer.addText(text);
}

/** Readers who know the result need not hear it again. */
function sayResult({ answer, writer }: RunSession, { kind }: Pick<MessagePart, "kind">): void {
  if (kind.case !== "toolCall" || kind.value.state === ToolCallState.RUNNING) return;
  const { toolCallId, result, state } = kind.value;
  if (answer.setToolResult(toolCallId, result, state))
    writer.emit(toolResultFrame(toolCallId, result, state));
}
