import { and, asc, eq } from "drizzle-orm";
import type { Reader, Tx } from "../../platform/db/database.ts";
import { artifactBranches } from "../tables.ts";
import type { ContentState } from "./content-state.ts";

/** A line of versions beside the main one. */
export interface Branch {
  branchId: string;
  artifactId: string;
  branch: string;
  baseStreamId: string;
  /** The version of the base that it began with. */
  baseVersion: number;
  /** Of its own stream; dense from 1. */
  version: number;
  content: ContentState;
  deleted: boolean;
  createdBy: string;
  createTime: Date;
  updateTime: Date;
}

type Row = typeof artifactBranches.$inferSelect;
const branchOf = ({ tenantId: _, ...row }: Row): Branch => row;

/** A branch of the artifact that was not deleted. */
const isOf = ({ tenantId }: Reader, artifactId: string) =>
  and(
    eq(artifactBranches.tenantId, tenantId),
    eq(artifactBranches.artifactId, artifactId),
    eq(artifactBranches.deleted, false),
  );

/** Undefined: there is none, or it was deleted. */
export async function findBranch(
  reader: Reader,
  artifactId: string,
  branch: string,
): Promise<Branch | undefined> {
  const rows = await reader.sql
    .select()
    .from(artifactBranches)
    .where(and(isOf(reader, artifactId), eq(artifactBranches.branch, branch)));
  return rows.map(branchOf)[0];
}

/** Deleted ones, too. */
export async function findBranchById(reader: Reader, branchId: string): Promise<Branch | undefined> {
  const rows = await reader.sql
    .select()
    .from(artifactBranches)
    .where(and(eq(artifactBranches.tenantId, reader.tenantId), eq(artifactBranches.branchId, branchId)));
  return rows.map(branchOf)[0];
}

/** By name. */
export async function listBranches(reader: Reader, artifactId: string): Promise<Branch[]> {
  const rows = await reader.sql
    .select()
    .from(artifactBranches)
    .where(isOf(reader, artifactId))
    .orderBy(asc(artifactBranches.branch));
  return rows.map(branchOf);
}

export async function saveBranch(tx: Tx, branch: Branch): Promise<void> {
  const { version, content, deleted, updateTime } = branch;
  await tx.sql
    .insert(artifactBranches)
    .values({ tenantId: tx.tenantId, ...branch })
    .onConflictDoUpdate({
      target: [artifactBranches.tenantId, artifactBranches.branchId],
      set: { version, content, deleted, updateTime },
    });
}
