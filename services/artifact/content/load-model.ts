import type { Graph, Notation } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";
import type { Reader } from "../../platform/db/database.ts";
import type { ModelDeps } from "./content-deps.ts";
import { contentAt, loadLine, type ModelRef } from "./content-line.ts";
import { graphAt, graphLineOf } from "./graph-at.ts";

/** A model, ready to be read. */
export interface LoadedModel {
  artifactId: string;
  title: string;
  kind: string;
  branch: string;
  /** Of the stream: what was asked for, or the head. Later versions up to the next of the content have the same graph. */
  version: number;
  /** At which the graph became what it is; at most `version`. */
  contentVersion: number;
  graph: Graph;
  notation: Notation;
  kit: NotationKit;
}

/**
 * The model at a version, or as it is now: newest kept graph and the changes after it, mostly from memory. Within a
 * transaction give that as `where`. Throws ARTIFACT_NOT_FOUND, BRANCH_NOT_FOUND, REVISION_NOT_FOUND and CONTENT_MISSING.
 */
export async function loadModel(
  deps: ModelDeps,
  where: string | Reader,
  ref: ModelRef,
): Promise<LoadedModel> {
  const reader = typeof where === "string" ? deps.database.reader(where) : where;
  const line = await loadLine(reader, ref);
  const content = await contentAt(reader, line, "model", ref.version);
  const graph = await graphAt(deps, reader, graphLineOf(line), content.version);
  const { artifactId, title, kind } = line.artifact;
  return {
    artifactId,
    title,
    kind,
    branch: line.name,
    version: ref.version ?? line.version,
    contentVersion: content.version,
    graph,
    notation: graph.notation,
    kit: kitOf(deps, graph.notation),
  };
}

export function kitOf({ kits }: Pick<ModelDeps, "kits">, notation: string): NotationKit {
  const kit = kits.of(notation);
  if (!kit) throw new Error(`there is no notation ${notation}`);
  return kit;
}
