import { loadReadableChat } from "../chat/index.ts";
import { isAdmin, type Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { RunRecord } from "./run.ts";
import { findRun } from "./store.ts";

/** The run, if it is the actor's own, in a chat that the actor may read, or the actor is an admin. */
export async function loadReadableRun(reader: Reader, actor: Actor, runId: string): Promise<RunRecord> {
  const run = await findRun(reader, runId);
  if (run && (run.userId === actor.userId || isAdmin(actor) || (await mayReadChatOf(reader, actor, run))))
    return run;
  throw new AppError("RUN_NOT_FOUND", "there is no such run, or it is not yours", {
    metadata: { run_id: runId },
  });
}

async function mayReadChatOf(reader: Reader, actor: Actor, { chatId }: RunRecord): Promise<boolean> {
  if (chatId === "") return false;
  try {
    await loadReadableChat(reader, actor, chatId);
    return true;
  } catch (error) {
    if (error instanceof AppError && error.reason === "CHAT_NOT_FOUND") return false;
    throw error;
  }
}
