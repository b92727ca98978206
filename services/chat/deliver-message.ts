import {
  ChatMessageSchema,
  MessageRole,
  type ChatMessage,
  type ChatMessageInput,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../platform/auth/actor.ts";
import type { Tx } from "../platform/db/database.ts";
import { loadArtifact } from "../artifact/index.ts";
import { changeChat, type ChatDeps } from "./change-chat.ts";
import { decideSend, type ChatState } from "./chat.ts";
import type { RunForChat } from "./run-ports.ts";

/** Admits the run that answers; throwing leaves nothing stored. */
export type Admit = (run: RunForChat) => Promise<void>;

/** Stores a user's message in a chat and admits the run that answers it, in one transaction. */
export async function deliverMessage(
  tx: Tx,
  deps: ChatDeps,
  actor: Actor,
  chat: ChatState,
  { input, requestId, admit }: { input: ChatMessageInput; requestId: string; admit: Admit },
): Promise<{ message: ChatMessage; runId: string }> {
  if (input.artifactId !== "") await loadArtifact(tx, input.artifactId);
  const runId = uuidv7();
  const message = create(ChatMessageSchema, {
    messageId: uuidv7(),
    chatId: chat.chatId,
    role: MessageRole.USER,
    parts: input.parts,
    attachments: input.attachments,
    artifactId: input.artifactId,
    createTime: timestampFromDate(deps.now()),
    userId: actor.userId,
    runId,
  });
  const next = await changeChat(tx, deps, actor, chat, decideSend(chat, message), requestId);
  await admit({ runId, chatId: chat.chatId, messageId: message.messageId, agentId: chat.agentId });
  return { message: { ...message, version: BigInt(next.version) }, runId };
}
