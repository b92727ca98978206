import {
  ChatMessageSchema,
  MessageRole,
  type AnswerState,
  type FinishReason,
  type MessagePart,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { v7 as uuidv7 } from "uuid";
import type { Tx } from "../platform/db/database.ts";
import { changeChat, type Causer, type ChatDeps } from "./change-chat.ts";
import { decideAnswer } from "./decide-turn.ts";
import { findChat } from "./store.ts";

export interface Answer {
  chatId: string;
  runId: string;
  /** The version of the message that it answers. */
  turn: bigint;
  parts: MessagePart[];
  answerState: AnswerState;
  finishReason: FinishReason;
}

export interface ClosedTurn {
  /** The answer as a message of the chat; empty when it became none. */
  messageId: string;
  /** The run whose turn begins by that; empty when none does. */
  nextRunId: string;
}

const NOTHING: ClosedTurn = { messageId: "", nextRunId: "" };

/**
 * Stores the answer of a run, which ends its turn. It becomes no message where the chat was deleted, the turn is over
 * already, or was withdrawn.
 */
export async function appendAnswer(
  tx: Tx,
  deps: ChatDeps,
  causer: Causer,
  answer: Answer,
): Promise<ClosedTurn> {
  const chat = await findChat(tx, answer.chatId);
  if (!chat) return NOTHING;
  const message = create(ChatMessageSchema, {
    messageId: uuidv7(),
    ...answer,
    role: MessageRole.ASSISTANT,
    createTime: timestampFromDate(deps.now()),
    userId: causer.userId,
  });
  const decided = decideAnswer(chat, message);
  const next = await changeChat(tx, deps, causer, chat, decided);
  const stored = decided.some((event) => event.$typeName === "ameide.events.v1.MessageSent");
  return {
    messageId: stored ? message.messageId : "",
    nextRunId: next.activeRunId === chat.activeRunId ? "" : next.activeRunId,
  };
}
