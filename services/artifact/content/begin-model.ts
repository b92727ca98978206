import { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { ArtifactContentImportedSchema } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { emptyGraph, type Graph } from "../../notation/graph.ts";
import type { Actor } from "../../platform/auth/actor.ts";
import type { Tx } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import type { ArtifactState } from "../artifact.ts";
import { loadArtifact } from "../change-artifact.ts";
import { appendContent } from "./append-content.ts";
import { kindOf } from "./artifact-kinds.ts";
import type { ModelDeps } from "./content-deps.ts";
import { loadLine } from "./content-line.ts";
import type { ContentState } from "./content-state.ts";
import { writeGraph } from "./graph-file.ts";
import { countsOf } from "./graph-items.ts";
import { kitOf } from "./load-model.ts";
import { insertItems, insertReferences } from "./model-index-store.ts";
import { indexedItems, indexedReferences } from "./model-index.ts";
import { addKeptGraph } from "./revision-store.ts";
import { needObjects } from "./stored-object-store.ts";
import { keepObject } from "./stored-object.ts";

/** An artifact of a notation's kind begins with a model in which there is nothing yet. */
export async function beginEmptyModel(
  tx: Tx,
  deps: ModelDeps,
  actor: Actor,
  { artifactId, kind }: ArtifactState,
  requestId: string,
): Promise<ArtifactState> {
  const notation = kindOf(kind)?.notation;
  if (!notation || !deps.kits.of(notation))
    throw new AppError("CONTENT_INVALID", `artifacts of kind ${kind} hold no models; create it without one`, {
      metadata: { code: "NO_NOTATION", kind },
    });
  await beginModel(tx, deps, actor, { artifactId, graph: emptyGraph(notation), requestId });
  return loadArtifact(tx, artifactId);
}

/** Makes a small graph the content of an artifact that came from no file: a model that begins here. */
export async function beginModel(
  tx: Tx,
  deps: ModelDeps,
  actor: Actor,
  { artifactId, graph, requestId = "" }: { artifactId: string; graph: Graph; requestId?: string },
): Promise<ContentState> {
  const line = await loadLine(tx, { artifactId });
  const object = await keepObject(deps, tx, await writeGraph(graph));
  const indexId = uuidv7();
  const content = await appendContent(tx, deps, actor, line, {
    event: (message) =>
      create(ArtifactContentImportedSchema, {
        origin: RevisionOrigin.EMPTY,
        graphObject: object,
        replaced: true,
        fromVersion: BigInt(line.content?.version ?? 0),
        content: message,
      }),
    content: {
      form: "model",
      notation: graph.notation,
      mediaType: kitOf(deps, graph.notation).codec.mediaType,
      source: "",
      sourceName: "",
      size: 0,
      ...countsOf(graph),
      indexId,
    },
    revision: { origin: RevisionOrigin.EMPTY, patchId: "", comment: "", changeCount: 0 },
    requestId,
  });
  await addKeptGraph(tx, { streamId: line.streamId, version: content.version, object, now: deps.now() });
  await needObjects(tx, [object]);
  await insertItems(tx, { artifactId, indexId }, [...indexedItems(graph)]);
  await insertReferences(tx, { artifactId, indexId }, [...indexedReferences(graph)]);
  tx.afterCommit(() =>
    deps.graphs.put(tx.tenantId, line.streamId, { version: content.version, graph, unkept: 0 }),
  );
  return content;
}
