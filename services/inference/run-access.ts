import { mayReadChat } from "../chat/index.ts";
import { isAdmin, type Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { RunRecord } from "./run.ts";
import { findRun } from "./store.ts";

/** The run, if it is the actor's own, in a chat that the actor may read, or in no chat and the actor is an admin. */
export async function loadReadableRun(reader: Reader, actor: Actor, runId: string): Promise<RunRecord> {
  const run = await findRun(reader, runId);
  if (run && (await mayReadRun(reader, actor, run))) return run;
  throw new AppError("RUN_NOT_FOUND", "there is no such run, or it is not yours", {
    metadata: { run_id: runId },
  });
}

async function mayReadRun(reader: Reader, actor: Actor, { userId, chatId }: RunRecord): Promise<boolean> {
  if (userId === actor.userId) return true;
  return chatId === "" ? isAdmin(actor) : mayReadChat(reader, actor, chatId);
}
