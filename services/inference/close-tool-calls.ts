import { MessagePartSchema, ToolCallState, type MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { create } from "@bufbuild/protobuf";

/** What the result of a call says whose run was stopped. */
export const STOPPED = "the run was stopped before the tool answered";

/** The parts of a run that has ended: a call that had no result gets none any more. */
export function closeToolCalls(parts: readonly MessagePart[]): MessagePart[] {
  return parts.map((part) => {
    const { kind } = part;
    if (kind.case !== "toolCall" || kind.value.state !== ToolCallState.RUNNING) return part;
    const value = { ...kind.value, result: STOPPED, state: ToolCallState.FAILED };
    return create(MessagePartSchema, { kind: { case: "toolCall", value } });
  });
}
