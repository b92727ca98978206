import { create } from "@bufbuild/protobuf";
import {
  type MessagePart,
  MessagePartSchema,
  type ToolCallPart,
  ToolCallState,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { codePointLength, commonPrefixLength, unitIndex } from "./code-points.ts";

type Parts = readonly MessagePart[];

/** How far two lists of parts agree: code points of text, and tool calls counted from the first. */
export interface Agreement {
  readonly offset: number;
  readonly toolCalls: number;
}

/** All text parts joined. */
export function textOf(parts: Parts): string {
  return parts.map((part) => (part.kind.case === "text" ? part.kind.value.text : "")).join("");
}

/** The tool calls, in order. */
export function toolCallsOf(parts: Parts): ToolCallPart[] {
  return parts.flatMap((part) => (part.kind.case === "toolCall" ? [part.kind.value] : []));
}

/** The parts with `text` at their end; the last part grows when it is text. */
export function appendText(parts: Parts, text: string): Parts {
  if (text === "") return parts;
  const last = parts.at(-1);
  if (last?.kind.case !== "text") return [...parts, textPart(text)];
  return [...parts.slice(0, -1), textPart(last.kind.value.text + text)];
}

/** The same parts with adjacent text merged and empty text dropped. */
export function normalizeParts(parts: Parts): Parts {
  let normal: Parts = [];
  for (const part of parts) normal = appendPart(normal, part);
  return normal;
}

/** The parts with a new running tool call behind `offset` code points of text and any call already there. */
export function insertToolCall(parts: Parts, offset: number, toolCallId: string, name: string): Parts {
  const call = create(MessagePartSchema, {
    kind: { case: "toolCall", value: { toolCallId, name, state: ToolCallState.RUNNING } },
  });
  const before = cutParts(parts, offset, Number.POSITIVE_INFINITY);
  return [...before, call, ...partsFrom(parts, offset)];
}

/** The parts with one tool call changed; every other part keeps its identity. */
export function changeToolCall(parts: Parts, toolCallId: string, change: Partial<ToolCallPart>): Parts {
  return parts.map((part) => {
    if (part.kind.case !== "toolCall" || part.kind.value.toolCallId !== toolCallId) return part;
    const value = { ...part.kind.value, ...change };
    return create(MessagePartSchema, { kind: { case: "toolCall", value } });
  });
}

/** What stays of the parts when text beyond `offset` and all but the first `keepToolCalls` calls are void. */
export function cutParts(parts: Parts, offset: number, keepToolCalls: number): Parts {
  let kept: Parts = [];
  let position = 0;
  let calls = 0;
  for (const part of parts) {
    if (part.kind.case === "text") {
      const { text } = part.kind.value;
      const length = codePointLength(text);
      if (position + length > offset)
        return appendText(kept, text.slice(0, unitIndex(text, offset - position)));
      position += length;
    } else if (part.kind.case === "toolCall" && calls++ >= keepToolCalls) {
      continue;
    }
    kept = appendPart(kept, part);
  }
  return kept;
}

/** How far what is shown agrees with what replaces it: where they part, shown things must be taken back. */
export function agreement(shown: Parts, next: Parts): Agreement {
  const shownCalls = placedCalls(shown);
  const nextCalls = placedCalls(next);
  let toolCalls = 0;
  while (toolCalls < shownCalls.length && continues(shownCalls[toolCalls], nextCalls[toolCalls])) toolCalls++;
  return { offset: commonPrefixLength(textOf(shown), textOf(next)), toolCalls };
}

/** `next` with every part that equals the shown one at its place replaced by the shown one. */
export function keepIdentity(shown: Parts, next: Parts): Parts {
  return next.map((part, index) => {
    const before = shown[index];
    return before !== undefined && sameContent(before, part) ? before : part;
  });
}

interface PlacedCall {
  readonly offset: number;
  readonly call: ToolCallPart;
}

function placedCalls(parts: Parts): PlacedCall[] {
  const placed: PlacedCall[] = [];
  let offset = 0;
  for (const { kind } of parts) {
    if (kind.case === "text") offset += codePointLength(kind.value.text);
    if (kind.case === "toolCall") placed.push({ offset, call: kind.value });
  }
  return placed;
}

function continues(shown: PlacedCall | undefined, next: PlacedCall | undefined): boolean {
  if (shown === undefined || next === undefined) return false;
  return (
    shown.offset === next.offset &&
    shown.call.toolCallId === next.call.toolCallId &&
    next.call.argumentsJson.startsWith(shown.call.argumentsJson) &&
    (shown.call.state === ToolCallState.RUNNING || shown.call.result === next.call.result)
  );
}

function sameContent(a: MessagePart, b: MessagePart): boolean {
  if (a.kind.case === "text" && b.kind.case === "text") return a.kind.value.text === b.kind.value.text;
  if (a.kind.case !== "toolCall" || b.kind.case !== "toolCall") return false;
  const [x, y] = [a.kind.value, b.kind.value];
  return (
    x.toolCallId === y.toolCallId &&
    x.argumentsJson === y.argumentsJson &&
    x.result === y.result &&
    x.state === y.state
  );
}

function appendPart(parts: Parts, part: MessagePart): Parts {
  if (part.kind.case !== "text") return [...parts, part];
  if (part.kind.value.text === "" || parts.at(-1)?.kind.case === "text")
    return appendText(parts, part.kind.value.text);
  return [...parts, part];
}

/** What stands beyond `offset`; calls at the offset itself are not beyond it. */
function partsFrom(parts: Parts, offset: number): Parts {
  let position = 0;
  for (const [index, part] of parts.entries()) {
    if (part.kind.case !== "text") continue;
    const { text } = part.kind.value;
    const length = codePointLength(text);
    if (position + length > offset) {
      const rest = text.slice(unitIndex(text, offset - position));
      return [rest === text ? part : textPart(rest), ...parts.slice(index + 1)];
    }
    position += length;
  }
  return [];
}

function textPart(text: string): MessagePart {
  return create(MessagePartSchema, { kind: { case: "text", value: { text } } });
}
