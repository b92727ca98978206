import { and, desc, eq, getTableColumns, lt, sql, type SQL } from "drizzle-orm";
import type { Reader, Tx } from "../../platform/db/database.ts";
import { checkpointChannels, checkpoints, checkpointWrites } from "./tables.ts";

/** Where a checkpoint is. */
export interface CheckpointKey {
  threadId: string;
  checkpointNs: string;
  checkpointId: string;
}

export type CheckpointRow = Omit<typeof checkpoints.$inferSelect, "tenantId">;
export type ChannelRow = Omit<typeof checkpointChannels.$inferSelect, "tenantId">;
export type WriteRow = Omit<typeof checkpointWrites.$inferSelect, "tenantId">;

/** Which checkpoints; what is undefined does not restrict. */
export interface CheckpointFilter {
  threadId?: string | undefined;
  checkpointNs?: string | undefined;
  checkpointId?: string | undefined;
  before?: string | undefined;
  /** JSON that the metadata contains. */
  metadata?: string | undefined;
  limit?: number | undefined;
}

const { tenantId: _ofCheckpoint, ...checkpointColumns } = getTableColumns(checkpoints);
const { tenantId: _ofChannel, ...channelColumns } = getTableColumns(checkpointChannels);
const { tenantId: _ofWrite, ...writeColumns } = getTableColumns(checkpointWrites);

/** Newest first. */
export async function findCheckpoints(reader: Reader, filter: CheckpointFilter): Promise<CheckpointRow[]> {
  const { threadId, checkpointNs, checkpointId, before, metadata, limit } = filter;
  const conditions: (SQL | undefined)[] = [
    eq(checkpoints.tenantId, reader.tenantId),
    threadId === undefined ? undefined : eq(checkpoints.threadId, threadId),
    checkpointNs === undefined ? undefined : eq(checkpoints.checkpointNs, checkpointNs),
    checkpointId === undefined ? undefined : eq(checkpoints.checkpointId, checkpointId),
    before === undefined ? undefined : lt(checkpoints.checkpointId, before),
    metadata === undefined ? undefined : sql`${checkpoints.metadata} @> ${metadata}::jsonb`,
  ];
  const found = reader.sql
    .select(checkpointColumns)
    .from(checkpoints)
    .where(and(...conditions));
  const sorted = found.orderBy(desc(checkpoints.checkpointId));
  return limit === undefined ? sorted : sorted.limit(limit);
}

/** The versions of channels that a checkpoint names; those that were never stored are missing. */
export async function findChannels(
  reader: Reader,
  { threadId, checkpointNs }: Omit<CheckpointKey, "checkpointId">,
  versions: readonly { channel: string; version: string }[],
): Promise<ChannelRow[]> {
  if (versions.length === 0) return [];
  const pairs = versions.map(({ channel, version }) => sql`(${channel}, ${version})`);
  return reader.sql
    .select(channelColumns)
    .from(checkpointChannels)
    .where(
      and(
        eq(checkpointChannels.tenantId, reader.tenantId),
        eq(checkpointChannels.threadId, threadId),
        eq(checkpointChannels.checkpointNs, checkpointNs),
        sql`(${checkpointChannels.channel}, ${checkpointChannels.version}) IN (${sql.join(pairs, sql`, `)})`,
      ),
    );
}

/** What the tasks that started from a checkpoint wrote: by task, in the order in which they wrote it. */
export async function findWrites(reader: Reader, key: CheckpointKey): Promise<WriteRow[]> {
  const { threadId, checkpointNs, checkpointId } = key;
  return reader.sql
    .select(writeColumns)
    .from(checkpointWrites)
    .where(
      and(
        eq(checkpointWrites.tenantId, reader.tenantId),
        eq(checkpointWrites.threadId, threadId),
        eq(checkpointWrites.checkpointNs, checkpointNs),
        eq(checkpointWrites.checkpointId, checkpointId),
      ),
    )
    .orderBy(checkpointWrites.taskId, checkpointWrites.idx);
}

/** Writing the same checkpoint again, after a timeout, changes nothing. */
export async function upsertCheckpoint(
  tx: Tx,
  row: CheckpointRow,
  channels: readonly ChannelRow[],
): Promise<void> {
  const { tenantId } = tx;
  if (channels.length > 0) {
    await tx.sql
      .insert(checkpointChannels)
      .values(channels.map((channel) => ({ tenantId, ...channel })))
      .onConflictDoNothing();
  }
  const { type, checkpoint, metadata } = row;
  await tx.sql
    .insert(checkpoints)
    .values({ tenantId, ...row })
    .onConflictDoUpdate({
      target: [
        checkpoints.tenantId,
        checkpoints.threadId,
        checkpoints.checkpointNs,
        checkpoints.checkpointId,
      ],
      set: { type, checkpoint, metadata },
    });
}

/** A task's result is written once; what has a negative index (an error, an interrupt) may be replaced. */
export async function insertWrites(tx: Tx, rows: readonly WriteRow[]): Promise<void> {
  const { tenantId, threadId, checkpointNs, checkpointId, taskId, idx } = checkpointWrites;
  await tx.sql
    .insert(checkpointWrites)
    .values(rows.map((row) => ({ tenantId: tx.tenantId, ...row })))
    .onConflictDoUpdate({
      target: [tenantId, threadId, checkpointNs, checkpointId, taskId, idx],
      set: { channel: sql`excluded.channel`, type: sql`excluded.type`, value: sql`excluded.value` },
      setWhere: lt(idx, 0),
    });
}

/** Deletes all that is stored of a thread: what nobody needs once its run has ended. */
export async function deleteCheckpoints(tx: Tx, threadId: string): Promise<void> {
  const ofThread = ({
    tenantId,
    threadId: thread,
  }: typeof checkpoints | typeof checkpointWrites | typeof checkpointChannels) =>
    and(eq(tenantId, tx.tenantId), eq(thread, threadId));
  await tx.sql.execute(sql`
    WITH of_channels AS (DELETE FROM ${checkpointChannels} WHERE ${ofThread(checkpointChannels)}),
      of_writes AS (DELETE FROM ${checkpointWrites} WHERE ${ofThread(checkpointWrites)})
    DELETE FROM ${checkpoints} WHERE ${ofThread(checkpoints)}`);
}
