import {
  MessagePartSchema,
  ToolCallState,
  type MessagePart,
  type ToolCallPart,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { create } from "@bufbuild/protobuf";
import { codePoints } from "../platform/text/code-points.ts";

/**
 * What a run has said so far: its parts in order, as they will stand in the message. The same steps that readers
 * take from the frames.
 */
export class RunAnswer {
  #parts: MessagePart[] = [];
  #textLength = 0;

  /** Length of the whole text in code points. */
  get textLength(): number {
    return this.#textLength;
  }

  /** A copy that later steps do not change. */
  parts(): MessagePart[] {
    return this.#parts.map(copyOf);
  }

  addText(text: string): void {
    if (text === "") return;
    this.#textLength += codePoints(text);
    const last = this.#parts.at(-1);
    if (last?.kind.case === "text") last.kind.value.text += text;
    else this.#parts.push(create(MessagePartSchema, { kind: { case: "text", value: { text } } }));
  }

  addToolCall(toolCallId: string, name: string): void {
    const value = { toolCallId, name, state: ToolCallState.RUNNING };
    this.#parts.push(create(MessagePartSchema, { kind: { case: "toolCall", value } }));
  }

  /** Length of the arguments before, in code points; undefined when there is no such call. */
  addToolArguments(toolCallId: string, json: string): number | undefined {
    const call = this.#toolCall(toolCallId);
    if (!call) return undefined;
    const offset = codePoints(call.argumentsJson);
    call.argumentsJson += json;
    return offset;
  }

  setToolResult(toolCallId: string, result: string, state: ToolCallState): void {
    const call = this.#toolCall(toolCallId);
    if (call) Object.assign(call, { result, state });
  }

  /** Tool calls that have no result will get none: the run was stopped. Their ids, in order. */
  failOpenToolCalls(reason: string): string[] {
    const failed: string[] = [];
    for (const { kind } of this.#parts) {
      if (kind.case !== "toolCall" || kind.value.state !== ToolCallState.RUNNING) continue;
      Object.assign(kind.value, { result: reason, state: ToolCallState.FAILED });
      failed.push(kind.value.toolCallId);
    }
    return failed;
  }

  replaceWith(parts: readonly MessagePart[]): void {
    this.#parts = parts.map(copyOf);
    this.#textLength = lengthOf(this.#parts);
  }

  #toolCall(toolCallId: string): ToolCallPart | undefined {
    for (const { kind } of this.#parts.toReversed()) {
      if (kind.case === "toolCall" && kind.value.toolCallId === toolCallId) return kind.value;
    }
    return undefined;
  }
}

function lengthOf(parts: readonly MessagePart[]): number {
  return parts.reduce((sum, { kind }) => sum + (kind.case === "text" ? codePoints(kind.value.text) : 0), 0);
}

function copyOf({ kind }: MessagePart): MessagePart {
  if (kind.case === "text")
    return create(MessagePartSchema, { kind: { case: "text", value: { ...kind.value } } });
  if (kind.case === "toolCall")
    return create(MessagePartSchema, { kind: { case: "toolCall", value: { ...kind.value } } });
  return create(MessagePartSchema, { kind });
}
