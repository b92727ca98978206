import { ToolCallState, type MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { codePoints } from "../platform/text/code-points.ts";
import type { FrameBody } from "./run-writer.ts";
import { toolCallFrame, toolResultFrame } from "./tell-event.ts";

export const TAKE_ALL_BACK: FrameBody = {
  case: "retract",
  value: { $typeName: "ameide.inference.v1.Retract", toOffset: 0n, keepToolCalls: 0 },
};

/** An answer from its first letter on, for readers who may know any part of it. */
export function restatement(parts: readonly MessagePart[]): FrameBody[] {
  const frames = [TAKE_ALL_BACK];
  let offset = 0;
  for (const { kind } of parts) {
    if (kind.case === "text") {
      const value = { offset: BigInt(offset), text: kind.value.text };
      frames.push({ case: "textDelta", value: { $typeName: "ameide.inference.v1.TextDelta", ...value } });
      offset += codePoints(kind.value.text);
    } else if (kind.case === "toolCall") {
      const { toolCallId, name, argumentsJson: json, result, state } = kind.value;
      frames.push(toolCallFrame(toolCallId, name, offset));
      const value = { toolCallId, offset: 0n, json };
      if (json !== "")
        frames.push({
          case: "toolArgsDelta",
          value: { $typeName: "ameide.inference.v1.ToolArgsDelta", ...value },
        });
      if (state !== ToolCallState.RUNNING) frames.push(toolResultFrame(toolCallId, result, state));
    }
  }
  return frames;
}
