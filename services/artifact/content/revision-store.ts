import type { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { and, desc, eq, lt, lte } from "drizzle-orm";
import type { Reader, Tx } from "../../platform/db/database.ts";
import { artifactRevisions, modelGraphs } from "../tables.ts";
import type { ContentState } from "./content-state.ts";

/** A version of the content, who made it and how. */
export interface Revision {
  streamId: string;
  version: number;
  artifactId: string;
  origin: RevisionOrigin;
  author: string;
  comment: string;
  patchId: string;
  changeCount: number;
  content: ContentState;
  createTime: Date;
}

type Row = typeof artifactRevisions.$inferSelect;
const revisionOf = ({ tenantId: _, ...row }: Row): Revision => row;

export async function addRevision(tx: Tx, revision: Revision): Promise<void> {
  await tx.sql.insert(artifactRevisions).values({ tenantId: tx.tenantId, ...revision });
}

const ofStream = (reader: Reader, streamId: string) =>
  and(eq(artifactRevisions.tenantId, reader.tenantId), eq(artifactRevisions.streamId, streamId));

/** What was in force at a version of the stream. */
export async function revisionAt(
  reader: Reader,
  streamId: string,
  version: number,
): Promise<Revision | undefined> {
  const rows = await reader.sql
    .select()
    .from(artifactRevisions)
    .where(and(ofStream(reader, streamId), lte(artifactRevisions.version, version)))
    .orderBy(desc(artifactRevisions.version))
    .limit(1);
  return rows.map(revisionOf)[0];
}

/** Newest first. */
export async function listRevisionRows(
  reader: Reader,
  streamId: string,
  { before, limit }: { before: number | undefined; limit: number },
): Promise<Revision[]> {
  const older = before === undefined ? undefined : lt(artifactRevisions.version, before);
  const rows = await reader.sql
    .select()
    .from(artifactRevisions)
    .where(and(ofStream(reader, streamId), older))
    .orderBy(desc(artifactRevisions.version))
    .limit(limit);
  return rows.map(revisionOf);
}

/** The versions up to one that no patch has made, newest first. */
export async function listImportedVersions(
  reader: Reader,
  streamId: string,
  { upTo, limit }: { upTo: number; limit: number },
): Promise<number[]> {
  const isImport = and(eq(artifactRevisions.patchId, ""), lte(artifactRevisions.version, upTo));
  const rows = await reader.sql
    .select({ version: artifactRevisions.version })
    .from(artifactRevisions)
    .where(and(ofStream(reader, streamId), isImport))
    .orderBy(desc(artifactRevisions.version))
    .limit(limit);
  return rows.map(({ version }) => version);
}

/** The newest graph that is kept whole, up to a version. */
export async function keptGraphUpTo(
  reader: Reader,
  streamId: string,
  version: number,
): Promise<{ version: number; object: string } | undefined> {
  const rows = await reader.sql
    .select({ version: modelGraphs.version, object: modelGraphs.object })
    .from(modelGraphs)
    .where(
      and(
        eq(modelGraphs.tenantId, reader.tenantId),
        eq(modelGraphs.streamId, streamId),
        lte(modelGraphs.version, version),
      ),
    )
    .orderBy(desc(modelGraphs.version))
    .limit(1);
  return rows[0];
}

/** Whether it was not there yet. */
export async function addKeptGraph(
  tx: Tx,
  { streamId, version, object, now }: { streamId: string; version: number; object: string; now: Date },
): Promise<boolean> {
  const added = await tx.sql
    .insert(modelGraphs)
    .values({ tenantId: tx.tenantId, streamId, version, object, createTime: now })
    .onConflictDoNothing()
    .returning({ version: modelGraphs.version });
  return added.length > 0;
}
