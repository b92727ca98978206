import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Item } from "../../notation/change.ts";
import type { Problem } from "../../notation/problem.ts";
import { fieldsOf } from "../../notation/graph-draft.ts";
import type { CompiledPatch } from "./compiled-patch.ts";

/** Which items the operations of a patch have to do with. */
export interface Footprints {
  /** No other operation has to do with any of its items. */
  isAlone(operationId: string): boolean;
  /** Operations that touch what it creates. */
  usersOf(operationId: string): readonly string[];
  /** Operations that have to do with the items of a problem, in the order of the patch. */
  touching(problem: Problem): readonly string[];
}

const KNOWN = new WeakMap<CompiledPatch, Footprints>();

export function footprintsOf(compiled: CompiledPatch): Footprints {
  const known = KNOWN.get(compiled) ?? makeFootprints(compiled);
  KNOWN.set(compiled, known);
  return known;
}

function makeFootprints(compiled: CompiledPatch): Footprints {
  const ids = compiled.input.operations.map(({ id }) => id);
  const items = new Map(ids.map((id) => [id, new Set<string>()]));
  const creates = new Map(ids.map((id) => [id, new Set<string>()]));
  for (const { operationId, added } of compiled.effects)
    for (const ref of added) if ("id" in ref) creates.get(operationId)?.add(ref.id);
  for (const read of compiled.reads)
    for (const id of read.kind === "selection" ? read.ids : "id" in read.ref ? [read.ref.id] : [])
      items.get(read.operationId)?.add(id);
  for (const { operationId, ref } of compiled.writes) {
    const of = items.get(operationId);
    if (ref.kind === "model" || !of) continue;
    of.add(ref.id);
    for (const graph of [compiled.input.graph, compiled.graph])
      for (const id of namedBy(fieldsOf(graph, ref))) of.add(id);
  }
  const byItem = Map.groupBy(
    ids.flatMap((operationId) =>
      [...(items.get(operationId) ?? [])].map((itemId) => ({ operationId, itemId })),
    ),
    ({ itemId }) => itemId,
  );
  return {
    isAlone: (operationId) =>
      !compiled.input.operations.some((other) => other.id !== operationId && asksAround(other)) &&
      [...(items.get(operationId) ?? [])].every((itemId) => byItem.get(itemId)?.length === 1),
    usersOf: (operationId) =>
      ids.filter(
        (id) =>
          id !== operationId &&
          [...(creates.get(operationId) ?? [])].some((made) => items.get(id)?.has(made)),
      ),
    touching: (problem) => {
      const concerned = concernedBy(compiled, problem);
      const touching = ids.filter((id) => concerned.some((each) => items.get(id)?.has(each)));
      // A rule may look further than any of this.
      return touching.length > 0 ? touching : ids;
    },
  };
}

/** The items of a problem, and the ends of relations among them. */
function concernedBy({ graph }: CompiledPatch, { itemId = "", relatedIds = [] }: Problem): string[] {
  return [itemId, ...relatedIds].flatMap((id) => {
    const relation = graph.relations.get(id);
    return relation ? [id, relation.source, relation.target] : [id];
  });
}

/** Whether what an operation finds may depend on items that it then has nothing to do with. */
function asksAround({ operation, preConditions, postConditions }: GraphOperation): boolean {
  if (preConditions.length + postConditions.length > 0) return true;
  if (operation.case === "rawChanges") return false;
  return /"case":"(byType|byNeighbor|byPath|nodeKey)"/.test(JSON.stringify(operation.value));
}

/** What an item belongs to: its container, its ends, whatever its properties name. */
function namedBy(item: object | undefined): string[] {
  const { parent, source, target, properties } = (item ?? {}) as Partial<Item["value"]> & {
    parent?: string;
    source?: string;
    target?: string;
  };
  const texts = Object.values(properties ?? {}).filter((value) => typeof value === "string");
  return [parent, source, target, ...texts].filter((id) => id !== undefined);
}
