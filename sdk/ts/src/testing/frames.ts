import { type MessagePart, MessagePartSchema, ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { type RunFrame, RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { type Applied, applyFrame } from "../apply-frame.ts";
import { emptyProgress, opened, type RunProgress } from "../run-progress.ts";
import type { RunUpdate } from "../run-view.ts";
import type { FrameBody } from "./story.ts";

type FrameInit = Omit<MessageInitShape<typeof RunFrameSchema>, "$typeName" | "frame">;

/** A frame of epoch "e1" and attempt 1. */
export function frame(seq: number, body: FrameBody, rest: FrameInit = {}): RunFrame {
  return create(RunFrameSchema, { epoch: "e1", seq: BigInt(seq), attempt: 1, frame: body, ...rest });
}

export function text(offset: number, said: string): FrameBody {
  return { case: "textDelta", value: { offset: BigInt(offset), text: said } };
}

export function call(toolCallId: string, textOffset: number): FrameBody {
  return { case: "toolCall", value: { toolCallId, name: "look_up", textOffset: BigInt(textOffset) } };
}

/** A reader on a connection without a token that received these frames. */
export function given(...frames: RunFrame[]): RunProgress {
  return frames.reduce(
    (progress, next) => applyFrame(progress, next).progress,
    opened(emptyProgress("run-1")),
  );
}

/** What came of the last of these frames, and the updates of all of them. */
export function when(progress: RunProgress, ...frames: RunFrame[]): Applied & { all: readonly RunUpdate[] } {
  let applied: Applied = { progress, updates: [], verdict: "read", advanced: false };
  const all: RunUpdate[] = [];
  for (const next of frames) {
    applied = applyFrame(applied.progress, next);
    all.push(...applied.updates);
  }
  return { ...applied, all };
}

export function textPart(said: string): MessagePart {
  return create(MessagePartSchema, { kind: { case: "text", value: { text: said } } });
}

export function callPart(
  toolCallId: string,
  rest: { argumentsJson?: string; result?: string } = {},
): MessagePart {
  const state = rest.result === undefined ? ToolCallState.RUNNING : ToolCallState.DONE;
  return create(MessagePartSchema, {
    kind: { case: "toolCall", value: { toolCallId, name: "look_up", state, ...rest } },
  });
}
