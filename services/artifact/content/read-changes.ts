import type { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { Change } from "../../notation/change.ts";
import type { Reader } from "../../platform/db/database.ts";
import type { StoredEvent } from "../../platform/event-store/event-store.ts";
import type { ContentEvent } from "../artifact.ts";
import type { ModelDeps } from "./content-deps.ts";
import { changesOf, isContentEvent } from "./content-event.ts";
import { loadLine, noRevision, type ModelRef } from "./content-line.ts";

/** One commit to a model. */
export interface ModelCommit {
  version: number;
  /** The version of the content before; 0 for the first. */
  fromVersion: number;
  /** In order; undefined where an import has replaced everything. */
  changes: readonly Change[] | undefined;
  origin: RevisionOrigin | undefined;
  /** Empty for none. */
  patchId: string;
  comment: string;
  author: string;
  time: Date;
}

const PAGE = 200;

/** The commits after one version up to another, oldest first. Other events of the artifact have no part in it. */
export async function readChanges(
  deps: ModelDeps,
  where: string | Reader,
  ref: Pick<ModelRef, "artifactId" | "branch">,
  fromVersion: number,
  toVersion: number,
): Promise<ModelCommit[]> {
  const reader = typeof where === "string" ? deps.database.reader(where) : where;
  const line = await loadLine(reader, ref);
  if (toVersion > line.version) throw noRevision(line, toVersion);
  const commits: ModelCommit[] = [];
  for (let after = fromVersion; after < toVersion;) {
    const limit = Math.min(PAGE, toVersion - after);
    const events = await deps.events.read(reader, line.streamId, { afterVersion: after, limit });
    for (const event of events)
      if (isContentEvent(event.data)) commits.push(await commitOf(deps, event, event.data));
    if (events.length < limit) break;
    after = events.at(-1)?.version ?? toVersion;
  }
  return commits;
}

async function commitOf(deps: ModelDeps, stored: StoredEvent, event: ContentEvent): Promise<ModelCommit> {
  return {
    version: stored.version,
    fromVersion: Number(event.fromVersion),
    changes: await changesOf(deps, stored.tenantId, event),
    origin: "origin" in event ? event.origin : undefined,
    patchId: "patchId" in event ? event.patchId : "",
    comment: event.comment,
    author: stored.metadata.userId,
    time: stored.time,
  };
}
