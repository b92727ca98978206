import { type MessagePart, MessagePartSchema, ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";

/** What a frame says, as the server writes it. */
export type FrameBody = NonNullable<MessageInitShape<typeof RunFrameSchema>["frame"]>;

interface StoredCall {
  readonly toolCallId: string;
  readonly name: string;
  readonly offset: number;
  argumentsJson: string;
  result: string;
  state: ToolCallState;
}

/** What the server has stored of a run, kept without any code of the SDK: one array item per code point. */
export class Story {
  chars: string[] = [];
  calls: StoredCall[] = [];
  state: RunState = RunState.RUNNING;
  attempt = 1;
  outputTokens = 0n;

  /** A copy that later changes do not touch. */
  copy(): Story {
    const copy = new Story();
    Object.assign(copy, this, { chars: [...this.chars], calls: this.calls.map((call) => ({ ...call })) });
    return copy;
  }

  /** The message that would be stored now. */
  parts(): MessagePart[] {
    const cuts = [0, ...this.calls.map((call) => call.offset), this.chars.length];
    return cuts.slice(1).flatMap((end, index) => {
      const text = this.chars.slice(cuts[index], end).join("");
      const call = this.calls[index];
      return [...(text === "" ? [] : [textPart(text)]), ...(call === undefined ? [] : [callPart(call)])];
    });
  }

  say(text: string): FrameBody {
    const offset = BigInt(this.chars.length);
    this.chars.push(...text);
    return { case: "textDelta", value: { offset, text } };
  }

  call(toolCallId: string): FrameBody {
    const offset = this.chars.length;
    const state = ToolCallState.RUNNING;
    this.calls.push({ toolCallId, name: "look_up", offset, argumentsJson: "", result: "", state });
    return { case: "toolCall", value: { toolCallId, name: "look_up", textOffset: BigInt(offset) } };
  }

  argue(json: string): FrameBody {
    const call = this.lastCall();
    const offset = BigInt([...call.argumentsJson].length);
    call.argumentsJson += json;
    return { case: "toolArgsDelta", value: { toolCallId: call.toolCallId, offset, json } };
  }

  answer(result: string, failed: boolean): FrameBody {
    const call = this.lastCall();
    const state = failed ? ToolCallState.FAILED : ToolCallState.DONE;
    Object.assign(call, { result, state });
    return { case: "toolResult", value: { toolCallId: call.toolCallId, result, state } };
  }

  retract(share: number): FrameBody {
    const toOffset = Math.floor(this.chars.length * share);
    this.chars.length = toOffset;
    this.calls = this.calls.filter((call) => call.offset <= toOffset);
    return { case: "retract", value: { toOffset: BigInt(toOffset), keepToolCalls: this.calls.length } };
  }

  private lastCall(): StoredCall {
    const call = this.calls.at(-1);
    if (call === undefined) throw new Error("no tool was called");
    return call;
  }
}

function textPart(text: string): MessagePart {
  return create(MessagePartSchema, { kind: { case: "text", value: { text } } });
}

function callPart({ offset: _, ...call }: StoredCall): MessagePart {
  return create(MessagePartSchema, { kind: { case: "toolCall", value: call } });
}
