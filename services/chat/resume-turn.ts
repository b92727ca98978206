import type { Tx } from "../platform/db/database.ts";
import { changeChat, type Causer, type ChatDeps } from "./change-chat.ts";
import { decideTurnResumed } from "./decide-turn.ts";
import { findChat } from "./store.ts";

/** Tells those who read a chat that its turn goes on. */
export async function resumeTurn(
  tx: Tx,
  deps: ChatDeps,
  causer: Causer,
  { chatId, runId }: { chatId: string; runId: string },
): Promise<void> {
  const chat = await findChat(tx, chatId);
  if (chat) await changeChat(tx, deps, causer, chat, decideTurnResumed(chat, runId));
}
