import { MultitaskStrategy } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { Actor } from "../platform/auth/actor.ts";
import type { Tx } from "../platform/db/database.ts";
import { StreamVersionConflict } from "../platform/event-store/event-store.ts";
import { changeChat, type ChatDeps } from "./change-chat.ts";
import { chatStream, type ChatState } from "./chat.ts";
import { decideWithdraw } from "./decide-turn.ts";
import { openRuns } from "./open-turns.ts";
import type { RunPorts } from "./run-ports.ts";
import { findChat } from "./store.ts";

/**
 * Makes senders to a chat whose turn is open take turns themselves: one after the other they cost nothing, at once
 * all but one would have to begin anew. Resolves to the chat as it stands under the lock.
 */
export async function lockTurns(
  tx: Tx,
  deps: ChatDeps & { runs: RunPorts },
  chat: ChatState,
  strategy: MultitaskStrategy,
): Promise<ChatState> {
  if (strategy === MultitaskStrategy.REJECT || strategy === MultitaskStrategy.UNSPECIFIED) return chat;
  let known = chat;
  while (known.activeRunId !== "") {
    // Leases, then chats, then runs, as executors do; in another order two would wait for each other.
    await deps.runs.lock(tx, known.activeRunId);
    const now = await findChat(tx, chat.chatId);
    if (!now || now.deleted) throw new StreamVersionConflict([chatStream(chat.chatId)]);
    if (now.activeRunId === known.activeRunId) return now;
    known = now;
  }
  return known;
}

/**
 * Asks all open turns of a chat to stop, and takes them back if wanted. Those without an executor end at once; the
 * active one, whose lease the caller has locked, may still have to end. Resolves to the chat as it stands then.
 */
export async function stopTurns(
  tx: Tx,
  deps: ChatDeps & { runs: RunPorts },
  actor: Actor,
  chat: ChatState,
  { withdraws }: { withdraws: boolean },
): Promise<ChatState> {
  if (withdraws) await withdrawTurns(tx, deps, actor, chat);
  // The active one last, or those that wait would begin where it ends at once.
  for (const runId of openRuns(chat).toReversed()) await deps.runs.cancel(tx, actor, runId);
  const now = (await findChat(tx, chat.chatId)) ?? chat;
  // Somebody was faster, and what he sent was not asked to stop.
  const unknown = openRuns(now).some((runId) => runId !== chat.activeRunId);
  if (unknown || now.deleted) throw new StreamVersionConflict([chatStream(chat.chatId)]);
  return now;
}

async function withdrawTurns(
  tx: Tx,
  deps: ChatDeps & { runs: RunPorts },
  actor: Actor,
  chat: ChatState,
): Promise<void> {
  let now = chat;
  for (const runId of openRuns(chat)) {
    const messageId = await deps.runs.messageOf(tx, runId);
    now = await changeChat(tx, deps, actor, now, decideWithdraw(now, { runId, messageId }));
  }
}
