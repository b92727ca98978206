import {
  Direction,
  type NeighborSelector,
  type PathSelector,
  type Selector,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Relation } from "../../notation/graph.ts";
import type { Found } from "./found.ts";
import { DEFAULT_PATH_LENGTH } from "./limits.ts";
import { within, type OperationScope } from "./operation-scope.ts";
import { elementTypeOf, relationTypeOf } from "./types.ts";
import type { Workspace } from "./workspace.ts";

/** How selectors within these are resolved. */
export interface Resolvers {
  one(scope: OperationScope, selector: Selector | undefined): Found | undefined;
  many(scope: OperationScope, selector: Selector | undefined): Found[] | undefined;
}

export function matchNeighbours(
  scope: OperationScope,
  by: NeighborSelector,
  resolve: Resolvers,
): Found[] | undefined {
  const of = resolve.many(within(scope, "by_neighbor.of"), by.of);
  const types = relationTypes(within(scope, "by_neighbor"), by.relationTypes);
  const type = by.type === "" ? "" : elementTypeOf(scope, by.type, `${scope.path}.by_neighbor.type`);
  if (!of || !types || type === undefined) return undefined;
  const found = new Set<string>();
  for (const { id } of of)
    for (const relation of relationsAt(scope.ws, id, types)) {
      if (by.direction !== Direction.INCOMING && relation.source === id) found.add(relation.target);
      if (by.direction !== Direction.OUTGOING && relation.target === id) found.add(relation.source);
    }
  return [...found].flatMap((id): Found[] => {
    const element = scope.ws.graph.elements.get(id);
    return element && (type === "" || element.type === type) ? [{ kind: "element", id }] : [];
  });
}

export function matchPath(scope: OperationScope, by: PathSelector, resolve: Resolvers): Found[] | undefined {
  const from = resolve.one(within(scope, "by_path.from"), by.from);
  const to = resolve.one(within(scope, "by_path.to"), by.to);
  const types = relationTypes(within(scope, "by_path"), by.relationTypes);
  if (!from || !to || !types) return undefined;
  return shortestPath(scope.ws, from.id, to.id, types, by.maxLength || DEFAULT_PATH_LENGTH).flatMap(
    (id): Found[] => (scope.ws.graph.elements.has(id) ? [{ kind: "element", id }] : []),
  );
}

/** Without its ends; empty when there is none. Of several the first in document order. */
function shortestPath(
  ws: Workspace,
  from: string,
  to: string,
  types: ReadonlySet<string>,
  longest: number,
): string[] {
  const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
  let frontier = [from];
  for (let length = 0; length < longest && frontier.length > 0 && !cameFrom.has(to); length++) {
    const next: string[] = [];
    for (const id of frontier)
      for (const { source, target } of relationsAt(ws, id, types)) {
        if (source !== id || cameFrom.has(target)) continue;
        cameFrom.set(target, id);
        next.push(target);
      }
    frontier = next;
  }
  const path: string[] = [];
  for (let id = cameFrom.get(to); id !== undefined && id !== from; id = cameFrom.get(id)) path.push(id);
  return path.toReversed();
}

export function relationsAt(ws: Workspace, id: string, types?: ReadonlySet<string>): Relation[] {
  const ids = ws.index.find("relationsAt", id);
  ws.visit(ids.length);
  return ids.flatMap((relationId) => {
    const relation = ws.graph.relations.get(relationId);
    return relation && (!types || types.size === 0 || types.has(relation.type)) ? [relation] : [];
  });
}

function relationTypes(scope: OperationScope, names: readonly string[]): ReadonlySet<string> | undefined {
  const types = names.map((name, i) => relationTypeOf(scope, name, `${scope.path}.relation_types[${i}]`));
  return types.every((type) => type !== undefined) ? new Set(types) : undefined;
}
