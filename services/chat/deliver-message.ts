import {
  ChatMessageSchema,
  MessageRole,
  MultitaskStrategy,
  type ChatMessage,
  type ChatMessageInput,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { v7 as uuidv7 } from "uuid";
import type { Actor } from "../platform/auth/actor.ts";
import type { Tx } from "../platform/db/database.ts";
import { loadArtifact } from "../artifact/index.ts";
import { changeChat, placed, type ChatDeps } from "./change-chat.ts";
import type { ChatState } from "./chat.ts";
import { decideSend } from "./decide-turn.ts";
import type { RunForChat, RunPorts } from "./run-ports.ts";
import { lockTurns, stopTurns } from "./stop-turns.ts";

/** Admits the run that answers; throwing leaves nothing stored. */
export type Admit = (run: RunForChat) => Promise<void>;

export interface Delivery {
  input: ChatMessageInput;
  requestId: string;
  strategy: MultitaskStrategy;
  admit: Admit;
}

/** A message as stored, with the run that answers it. */
export interface Delivered {
  message: ChatMessage;
  runId: string;
  /** Turns that are to end before its own. */
  turnsAhead: number;
}

/** Stores a user's message in a chat and admits the run that answers it, in one transaction. */
export async function deliverMessage(
  tx: Tx,
  deps: ChatDeps & { runs: RunPorts },
  actor: Actor,
  chat: ChatState,
  { input, requestId, strategy, admit }: Delivery,
): Promise<Delivered> {
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
  const before = await makeRoom(tx, deps, actor, await lockTurns(tx, deps, chat, strategy), strategy);
  const next = await changeChat(tx, deps, actor, before, decideSend(before, message, strategy), requestId);
  const { chatId, agentId, version: turn, waitingRunIds } = next;
  const { messageId } = message;
  await admit({ runId, chatId, messageId, agentId, turn, waits: next.activeRunId !== runId });
  return { message: placed(message, turn), runId, turnsAhead: waitingRunIds.indexOf(runId) + 1 };
}

async function makeRoom(
  tx: Tx,
  deps: ChatDeps & { runs: RunPorts },
  actor: Actor,
  chat: ChatState,
  strategy: MultitaskStrategy,
): Promise<ChatState> {
  const { INTERRUPT, ROLLBACK } = MultitaskStrategy;
  if (chat.activeRunId === "" || (strategy !== INTERRUPT && strategy !== ROLLBACK)) return chat;
  return stopTurns(tx, deps, actor, chat, { withdraws: strategy === ROLLBACK });
}
