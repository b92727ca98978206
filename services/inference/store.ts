import type { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import {
  RunAdmittedSchema,
  RunEndedSchema,
  RunResumedSchema,
} from "@ameide/proto-private/ameide/events/v1/run_events_pb.js";
import { RunProgressSchema, type RunProgress } from "@ameide/proto-private/ameide/runs/v1/run_progress_pb.js";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { and, desc, eq, inArray, sql } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import { rowsByKey } from "../platform/db/rows-by-key.ts";
import type { PageCursor } from "../platform/tokens/page-token.ts";
import type { RunRecord } from "./run.ts";
import { runProgress, runs } from "./tables.ts";

type Row = typeof runs.$inferSelect;

function recordOf({
  tenantId: _,
  input,
  result,
  resumed,
  chatId,
  messageId,
  endTime,
  ...row
}: Row): RunRecord {
  return {
    ...row,
    chatId: chatId ?? "",
    messageId: messageId ?? "",
    endTime: endTime ?? undefined,
    messages: input.length === 0 ? [] : fromBinary(RunAdmittedSchema, input).messages,
    end: result.length === 0 ? undefined : fromBinary(RunEndedSchema, result),
    resumed: resumed.length === 0 ? undefined : fromBinary(RunResumedSchema, resumed),
  };
}

const one = (reader: Reader, runId: string) => and(eq(runs.tenantId, reader.tenantId), eq(runs.runId, runId));

const runRows = rowsByKey(runs, [runs.tenantId, runs.runId]);

export async function findRun(reader: Reader, runId: string): Promise<RunRecord | undefined> {
  return (await runRows(reader, reader.tenantId, runId)).map(recordOf)[0];
}

/** The row is the fold of the run's events, stored with them. */
export async function saveRun(tx: Tx, { messages, end, resumed, ...run }: RunRecord): Promise<void> {
  const changing = {
    state: run.state,
    attempt: run.attempt,
    tries: run.tries,
    cancelRequested: run.cancelRequested,
    result: end ? toBinary(RunEndedSchema, end) : new Uint8Array(),
    resumed: resumed ? toBinary(RunResumedSchema, resumed) : new Uint8Array(),
    version: run.version,
    endTime: run.endTime ?? null,
  };
  if (run.version > 1) {
    await tx.sql.update(runs).set(changing).where(one(tx, run.runId));
    return;
  }
  await tx.sql.insert(runs).values({
    ...run,
    ...changing,
    tenantId: tx.tenantId,
    chatId: run.chatId || null,
    messageId: run.messageId || null,
    input:
      messages.length === 0
        ? new Uint8Array()
        : toBinary(RunAdmittedSchema, create(RunAdmittedSchema, { messages })),
  });
}

export interface RunFilter {
  /** Only this user's; undefined for the whole tenant's. */
  userId: string | undefined;
  chatId: string;
  states: readonly RunState[];
}

/** Runs, newest first. */
export async function listRunRows(
  reader: Reader,
  { userId, chatId, states }: RunFilter,
  { after, limit }: { after: PageCursor | undefined; limit: number },
): Promise<RunRecord[]> {
  const rows = await reader.sql
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.tenantId, reader.tenantId),
        userId === undefined ? undefined : eq(runs.userId, userId),
        chatId === "" ? undefined : eq(runs.chatId, chatId),
        states.length === 0 ? undefined : inArray(runs.state, [...states]),
        after &&
          sql`(${runs.createTime}, ${runs.runId}) < (${after.sortKey}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(runs.createTime), desc(runs.runId))
    .limit(limit);
  return rows.map(recordOf);
}

const progressOf = (reader: Reader, runId: string) =>
  and(eq(runProgress.tenantId, reader.tenantId), eq(runProgress.runId, runId));

export async function findProgress(reader: Reader, runId: string): Promise<RunProgress | undefined> {
  const [row] = await reader.sql
    .select({ progress: runProgress.progress })
    .from(runProgress)
    .where(progressOf(reader, runId));
  return row && fromBinary(RunProgressSchema, row.progress);
}

/** Only the holder of the run's lease stores progress; the caller has checked. */
export async function saveProgress(tx: Tx, runId: string, progress: RunProgress, now: Date): Promise<void> {
  const row = { progress: toBinary(RunProgressSchema, progress), updateTime: now };
  await tx.sql
    .insert(runProgress)
    .values({ tenantId: tx.tenantId, runId, ...row })
    .onConflictDoUpdate({ target: [runProgress.tenantId, runProgress.runId], set: row });
}

export async function deleteProgress(tx: Tx, runId: string): Promise<void> {
  await tx.sql.delete(runProgress).where(progressOf(tx, runId));
}
