import {
  GraphPatchSchema,
  type PatchOrigin,
  type PatchStatus,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { and, desc, eq, gt, gte, inArray, or, sql } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import type { PageCursor } from "../platform/tokens/page-token.ts";
import type { PatchState } from "./patch.ts";
import { graphPatches } from "./tables.ts";

const stateOf = ({ patch, version }: { patch: Uint8Array; version: number }): PatchState => ({
  patch: fromBinary(GraphPatchSchema, patch),
  version,
});

const COLUMNS = { patch: graphPatches.patch, version: graphPatches.version };

export async function findPatch(reader: Reader, patchId: string): Promise<PatchState | undefined> {
  return (await findPatches(reader, [patchId]))[0];
}

export async function findPatches(reader: Reader, patchIds: readonly string[]): Promise<PatchState[]> {
  if (patchIds.length === 0) return [];
  const rows = await reader.sql
    .select(COLUMNS)
    .from(graphPatches)
    .where(and(eq(graphPatches.tenantId, reader.tenantId), inArray(graphPatches.patchId, [...patchIds])));
  return rows.map(stateOf);
}

/** The row is the fold of the patch's events, stored with them. */
export async function savePatch(tx: Tx, { patch, version }: PatchState): Promise<void> {
  const { patchId, artifactId, branch, author, mergeSource, createTime, updateTime } = patch;
  const changing = {
    status: patch.status,
    origin: patch.origin,
    author: author?.userId ?? "",
    agentId: author?.agentId ?? "",
    runId: author?.runId ?? "",
    mergedBranch: mergeSource?.branch ?? "",
    mergedVersion: Number(mergeSource?.version ?? 0n),
    appliedVersion: Number(patch.appliedVersion),
    reverted: patch.revertedBy !== "",
    patch: toBinary(GraphPatchSchema, patch),
    version,
    updateTime: dateOf(updateTime),
  };
  await tx.sql
    .insert(graphPatches)
    .values({
      tenantId: tx.tenantId,
      patchId,
      artifactId,
      branch,
      createTime: dateOf(createTime),
      ...changing,
    })
    .onConflictDoUpdate({ target: [graphPatches.tenantId, graphPatches.patchId], set: changing });
}

const dateOf = (time: Timestamp | undefined) => (time ? timestampDate(time) : new Date(0));

/** Until the end of the transaction nobody else who asks for it, in whatever process, writes to the model. */
export async function lockModel(
  tx: Tx,
  { artifactId, branch }: { artifactId: string; branch: string },
): Promise<void> {
  const name = `model ${tx.tenantId} ${artifactId} ${branch}`;
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [name]);
}

/** What a list is narrowed to; empty: not narrowed. */
export interface PatchFilter {
  artifactId: string;
  branch: string;
  statuses: readonly PatchStatus[];
  origins: readonly PatchOrigin[];
  authorUserId: string;
  authorAgentId: string;
  runId: string;
}

/** Last proposed first. */
export async function listPatchRows(
  reader: Reader,
  filter: PatchFilter,
  { after, limit }: { after: PageCursor | undefined; limit: number },
): Promise<PatchState[]> {
  const { statuses, origins } = filter;
  const rows = await reader.sql
    .select(COLUMNS)
    .from(graphPatches)
    .where(
      and(
        eq(graphPatches.tenantId, reader.tenantId),
        filter.artifactId ? eq(graphPatches.artifactId, filter.artifactId) : undefined,
        filter.branch ? eq(graphPatches.branch, filter.branch) : undefined,
        statuses.length > 0 ? inArray(graphPatches.status, [...statuses]) : undefined,
        origins.length > 0 ? inArray(graphPatches.origin, [...origins]) : undefined,
        filter.authorUserId ? eq(graphPatches.author, filter.authorUserId) : undefined,
        filter.authorAgentId ? eq(graphPatches.agentId, filter.authorAgentId) : undefined,
        filter.runId ? eq(graphPatches.runId, filter.runId) : undefined,
        after
          ? sql`(${graphPatches.createTime}, ${graphPatches.patchId}) < (${after.sortKey}::timestamptz, ${after.id}::uuid)`
          : undefined,
      ),
    )
    .orderBy(desc(graphPatches.createTime), desc(graphPatches.patchId))
    .limit(limit);
  return rows.map(stateOf);
}

/**
 * Merges between two branches since then that were applied and not reverted; in either direction the one that merged
 * most: one that waited for review may be applied after a later one.
 */
export async function listMerges(
  reader: Reader,
  artifactId: string,
  [one, other]: readonly [string, string],
  since: Date,
): Promise<PatchState[]> {
  const direction = (from: string, into: string) =>
    and(eq(graphPatches.mergedBranch, from), eq(graphPatches.branch, into));
  const rows = await reader.sql
    .selectDistinctOn([graphPatches.mergedBranch], COLUMNS)
    .from(graphPatches)
    .where(
      and(
        eq(graphPatches.tenantId, reader.tenantId),
        eq(graphPatches.artifactId, artifactId),
        gt(graphPatches.appliedVersion, 0),
        gte(graphPatches.createTime, since),
        eq(graphPatches.reverted, false),
        or(direction(one, other), direction(other, one)),
      ),
    )
    .orderBy(graphPatches.mergedBranch, desc(graphPatches.mergedVersion), desc(graphPatches.appliedVersion));
  return rows.map(stateOf);
}
