import { applyChanges } from "../../notation/apply-changes.ts";
import type { Change } from "../../notation/change.ts";
import type { Graph } from "../../notation/graph.ts";
import type { Reader, Tx } from "../../platform/db/database.ts";
import type { StoredEvent } from "../../platform/event-store/event-store.ts";
import type { ModelDeps } from "./content-deps.ts";
import { changesOf, isContentEvent } from "./content-event.ts";
import { findBranchById } from "./branch-store.ts";
import { branchIdOf, type ContentLine } from "./content-line.ts";
import type { GraphAt } from "./graph-cache.ts";
import { readGraph, writeGraph } from "./graph-file.ts";
import { addKeptGraph, keptGraphUpTo } from "./revision-store.ts";
import { needObjects } from "./stored-object-store.ts";
import { getObject, keepObject } from "./stored-object.ts";

/** A stream of graphs, and what it began with. */
export interface GraphLine {
  streamId: string;
  base: { streamId: string; version: number } | undefined;
}

export const graphLineOf = ({ streamId, branch }: ContentLine): GraphLine => ({
  streamId,
  base: branch && { streamId: branch.baseStreamId, version: branch.baseVersion },
});

/** After so many versions a graph is kept as a whole again. */
const KEEP_EVERY = 100;
const PAGE = 200;

/** The graph at a version of the content, from the memory of this process if it is there. */
export async function graphAt(
  deps: ModelDeps,
  reader: Reader,
  line: GraphLine,
  version: number,
): Promise<Graph> {
  const cached = deps.graphs.upTo(reader.tenantId, line.streamId, version);
  if (cached?.version === version) return cached.graph;
  // What a transaction sees may never be committed: it shares nothing before it is.
  if (isTx(reader)) {
    const at = await loadGraph(deps, reader, line, version, cached);
    reader.afterCommit(() => deps.graphs.put(reader.tenantId, line.streamId, at));
    return at.graph;
  }
  return (await loadOnce(deps, reader, line, version, cached)).graph;
}

const isTx = (reader: Reader): reader is Tx => "afterCommit" in reader;

async function loadOnce(
  deps: ModelDeps,
  reader: Reader,
  line: GraphLine,
  version: number,
  cached: GraphAt | undefined,
): Promise<GraphAt> {
  const key = `${reader.tenantId} ${line.streamId} ${version}`;
  const { loading } = deps.graphs;
  const underWay = loading.get(key);
  if (underWay) return underWay;
  const load = loadGraph(deps, reader, line, version, cached);
  loading.set(key, load);
  try {
    const at = await load;
    const kept = at.unkept >= KEEP_EVERY ? await keepGraph(deps, reader.tenantId, line.streamId, at) : at;
    deps.graphs.put(reader.tenantId, line.streamId, kept);
    return kept;
  } finally {
    loading.delete(key);
  }
}

async function loadGraph(
  deps: ModelDeps,
  reader: Reader,
  line: GraphLine,
  version: number,
  cached: GraphAt | undefined,
): Promise<GraphAt> {
  let at = cached ?? (await startOf(deps, reader, line, version));
  for (;;) {
    const options = { afterVersion: at.version, limit: Math.min(PAGE, version - at.version) };
    const events = options.limit > 0 ? await deps.events.read(reader, line.streamId, options) : [];
    for (const event of events) at = await advance(deps, reader.tenantId, at, event);
    if (events.length < PAGE) return { ...at, version };
  }
}

async function startOf(deps: ModelDeps, reader: Reader, line: GraphLine, version: number): Promise<GraphAt> {
  const kept = await keptGraphUpTo(reader, line.streamId, version);
  if (kept) {
    const graph = await readGraph(await getObject(deps, reader.tenantId, kept.object));
    return { version: kept.version, graph, unkept: 0 };
  }
  if (!line.base) throw new Error(`no graph is kept of ${line.streamId} up to version ${version}`);
  const base = await graphAt(deps, reader, await baseLine(reader, line.base.streamId), line.base.version);
  // The stream's first event says that it began with its base.
  return { version: 1, graph: base, unkept: 0 };
}

/** What a branch began with may be of a branch. */
async function baseLine(reader: Reader, streamId: string): Promise<GraphLine> {
  const branchId = branchIdOf(streamId);
  const branch = branchId === undefined ? undefined : await findBranchById(reader, branchId);
  return { streamId, base: branch && { streamId: branch.baseStreamId, version: branch.baseVersion } };
}

async function advance(
  deps: ModelDeps,
  tenantId: string,
  at: GraphAt,
  { data, version }: StoredEvent,
): Promise<GraphAt> {
  if (!isContentEvent(data)) return { ...at, version };
  const changes = await changesOf(deps, tenantId, data);
  if (changes) return next(at, version, changes);
  const object = data.$typeName === "ameide.events.v1.ArtifactContentImported" ? data.graphObject : "";
  return { version, graph: await readGraph(await getObject(deps, tenantId, object)), unkept: 0 };
}

const next = (at: GraphAt, version: number, changes: readonly Change[]): GraphAt => ({
  version,
  graph: applyChanges(at.graph, changes),
  unkept: at.unkept + 1,
});

async function keepGraph(deps: ModelDeps, tenantId: string, streamId: string, at: GraphAt): Promise<GraphAt> {
  const object = await keepObject(deps, tenantId, await writeGraph(at.graph));
  await deps.database.transaction(tenantId, async (tx) => {
    const isNew = await addKeptGraph(tx, { streamId, version: at.version, object, now: deps.now() });
    if (isNew) await needObjects(tx, [object]);
  });
  return { ...at, unkept: 0 };
}
