import {
  FinishReason,
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
  #call: Place = { textLength: 0, toolCalls: 0 };
  #callIsVoid = false;
  /** Why the model stopped that spoke last. */
  finishReason = FinishReason.UNSPECIFIED;

  /** Length of the whole text in code points. */
  get textLength(): number {
    return this.#textLength;
  }

  /** A model call begins here; one that replaces a failed call begins where that one began. */
  beginCall({ replaces = false }: { replaces?: boolean | undefined }): void {
    if (replaces) this.#callIsVoid = true;
    else this.#call = { textLength: this.#textLength, toolCalls: this.#toolCalls().length };
  }

  /** Takes back what a replaced call said, once; undefined when there is nothing to take back. */
  takeBackVoid(): Place | undefined {
    if (!this.#callIsVoid) return undefined;
    this.#callIsVoid = false;
    return this.cutTo(this.#call);
  }

  /** Takes back what the call under way said beyond so many code points, and its tool calls. */
  keepOfCall(textLength: number): Place | undefined {
    return this.cutTo({ ...this.#call, textLength: this.#call.textLength + textLength });
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

  /** Whether that changed anything. */
  setToolResult(toolCallId: string, result: string, state: ToolCallState): boolean {
    const call = this.#toolCall(toolCallId);
    if (!call || (call.state === state && call.result === result)) return false;
    Object.assign(call, { result, state });
    return true;
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

  /** Takes back what stands beyond a place. Calls that stand at the place itself stay, as far as they are kept. */
  cutTo(place: Place): Place | undefined {
    if (this.#textLength <= place.textLength && this.#toolCalls().length <= place.toolCalls) return undefined;
    const kept: MessagePart[] = [];
    let room = place.textLength;
    let calls = 0;
    for (const part of this.#parts) {
      if (part.kind.case === "text") {
        part.kind.value.text = firstCodePoints(part.kind.value.text, room);
        room -= codePoints(part.kind.value.text);
        if (part.kind.value.text === "") continue;
      } else if (part.kind.case === "toolCall" && ++calls > place.toolCalls) continue;
      kept.push(part);
    }
    this.#parts = kept;
    this.#textLength = lengthOf(kept);
    return { textLength: this.#textLength, toolCalls: this.#toolCalls().length };
  }

  #toolCalls(): ToolCallPart[] {
    return this.#parts.flatMap(({ kind }) => (kind.case === "toolCall" ? [kind.value] : []));
  }

  #toolCall(toolCallId: string): ToolCallPart | undefined {
    return this.#toolCalls().findLast((call) => call.toolCallId === toolCallId);
  }
}

/** A place in an answer: the code points and the tool calls before it. */
export interface Place {
  textLength: number;
  toolCalls: number;
}

const firstCodePoints = (text: string, count: number): string => [...text].slice(0, count).join("");

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
