import {
  ChatMessageSchema,
  MessageRole,
  type AnswerState,
  type MessagePart,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { v7 as uuidv7 } from "uuid";
import type { Tx } from "../platform/db/database.ts";
import { changeChat, type Causer, type ChatDeps } from "./change-chat.ts";
import { decideAnswer } from "./chat.ts";
import { findChat } from "./store.ts";

export interface Answer {
  chatId: string;
  runId: string;
  parts: MessagePart[];
  answerState: AnswerState;
}

/**
 * Stores the answer of a run, which ends its turn. Resolves to the message's id, or to an empty string when the chat
 * was deleted or the run's turn is over already.
 */
export async function appendAnswer(tx: Tx, deps: ChatDeps, causer: Causer, answer: Answer): Promise<string> {
  const chat = await findChat(tx, answer.chatId);
  if (!chat) return "";
  const message = create(ChatMessageSchema, {
    messageId: uuidv7(),
    ...answer,
    role: MessageRole.ASSISTANT,
    createTime: timestampFromDate(deps.now()),
    userId: causer.userId,
  });
  const decided = decideAnswer(chat, message);
  await changeChat(tx, deps, causer, chat, decided);
  return decided.length === 0 ? "" : message.messageId;
}
