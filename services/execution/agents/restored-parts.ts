import { create } from "@bufbuild/protobuf";
import { AIMessage, type BaseMessage } from "@langchain/core/messages";
import { MessagePartSchema, ToolCallState, type MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { toolCallsOf, toolMessagesOf } from "./answer-state.ts";

/** What a checkpoint holds of the answer, as the run's frames told it. */
export function restoredParts(answer: readonly BaseMessage[]): MessagePart[] {
  const results = new Map(toolMessagesOf(answer).map((message) => [message.tool_call_id, message]));
  return answer.flatMap((message) => {
    if (!AIMessage.isInstance(message)) return [];
    const calls = toolCallsOf(message).map(({ id, name, json }) => {
      const result = results.get(id);
      return part({
        case: "toolCall",
        value: {
          toolCallId: id,
          name,
          argumentsJson: json,
          result: result?.text ?? "",
          state: stateOf(result?.status),
        },
      });
    });
    return message.text === "" ? calls : [part({ case: "text", value: { text: message.text } }), ...calls];
  });
}

type Kind = NonNullable<Parameters<typeof create<typeof MessagePartSchema>>[1]>["kind"];

const part = (kind: Kind): MessagePart => create(MessagePartSchema, { kind });

function stateOf(status: "success" | "error" | undefined): ToolCallState {
  if (status === undefined) return ToolCallState.RUNNING;
  return status === "error" ? ToolCallState.FAILED : ToolCallState.DONE;
}
