import type { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { ArtifactModelChangedSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { applyChanges } from "../../notation/apply-changes.ts";
import type { Change } from "../../notation/change.ts";
import type { Graph } from "../../notation/graph.ts";
import type { Actor } from "../../platform/auth/actor.ts";
import { etagOf } from "../../platform/command/etag.ts";
import type { Tx } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import type { ModelDeps } from "./content-deps.ts";
import { storedChanges } from "./content-event.ts";
import { appendContent } from "./append-content.ts";
import { loadLine, requireContent, type ModelRef } from "./content-line.ts";
import type { ContentState } from "./content-state.ts";
import { graphAt, graphLineOf } from "./graph-at.ts";
import { countsAfter } from "./graph-items.ts";
import { indexTouched } from "./model-index-store.ts";
import { touchedItems } from "./model-index.ts";
import { needObjects } from "./stored-object-store.ts";

export interface CommitModel {
  ref: Pick<ModelRef, "artifactId" | "branch">;
  /** The version that the changes were made for; any from the content's last change on will do. */
  expectedVersion: number;
  changes: readonly Change[];
  /** The graph after the changes, if it is known. */
  graph?: Graph;
  origin: RevisionOrigin;
  patchId?: string;
  comment?: string;
  requestId?: string;
}

export interface CommittedModel {
  /** The version that the commit made; without changes the version that there is. */
  version: number;
  /** The version of the content before. */
  fromVersion: number;
  content: ContentState;
}

/**
 * One commit: one event, the rows that follow from it and the elements' index, in the caller's transaction. Call it
 * within runCommand, which tries again when somebody else was faster. Throws VERSION_MISMATCH when the content has
 * changed after `expectedVersion`, and what loadModel throws.
 */
export async function commitModel(
  tx: Tx,
  deps: ModelDeps,
  actor: Actor,
  commit: CommitModel,
): Promise<CommittedModel> {
  const line = await loadLine(tx, commit.ref);
  const before = requireContent(line, "model");
  requireUnchanged(before, commit.expectedVersion);
  if (commit.changes.length === 0)
    return { version: line.version, fromVersion: before.version, content: before };
  const base = graphLineOf(line);
  const graph = commit.graph ?? applyChanges(await graphAt(deps, tx, base, before.version), commit.changes);
  const stored = await storedChanges(deps, tx, commit.changes);
  const content = { ...before, ...countsAfter(before, commit.changes) };
  const { patchId = "", comment = "", requestId = "", origin } = commit;
  const changeCount = commit.changes.length;
  const fromVersion = BigInt(before.version);
  const said = { origin, patchId, comment, changeCount, fromVersion };
  const after = await appendContent(tx, deps, actor, line, {
    event: (message) => create(ArtifactModelChangedSchema, { ...said, ...stored, content: message }),
    content,
    revision: { origin, patchId, comment, changeCount },
    requestId,
  });
  await needObjects(tx, [stored.changesObject]);
  await indexTouched(
    tx,
    { artifactId: line.artifact.artifactId, indexId: before.indexId },
    graph,
    touchedItems(commit.changes),
  );
  const unkept = (deps.graphs.upTo(tx.tenantId, line.streamId, before.version)?.unkept ?? 0) + 1;
  tx.afterCommit(() =>
    deps.graphs.put(tx.tenantId, line.streamId, { version: after.version, graph, unkept }),
  );
  return { version: after.version, fromVersion: before.version, content: after };
}

export function requireUnchanged(content: Pick<ContentState, "version">, expectedVersion: number): void {
  if (content.version <= expectedVersion) return;
  throw new AppError(
    "VERSION_MISMATCH",
    "it changed since you read it; read it again and repeat your change",
    {
      metadata: { expected: etagOf(expectedVersion), actual: etagOf(content.version) },
    },
  );
}
