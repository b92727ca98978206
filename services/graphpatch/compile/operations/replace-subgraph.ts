import type {
  ReplaceSubgraph,
  ReplaceSubgraph_NewNode,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Bounds } from "../../../notation/graph.ts";
import { centre } from "../../../notation/layout/free-place.ts";
import { ELEMENTS, type Found } from "../found.ts";
import { relationsAt } from "../match-neighbours.ts";
import { newId } from "../new-ids.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { closure, removeItems } from "../remove-items.ts";
import { resolveMany } from "../resolve-selector.ts";
import { elementTypeOf, relationTypeOf } from "../types.ts";
import { boxAt, boxesOf, drawingId } from "../view-items.ts";
import type { Workspace } from "../workspace.ts";
import { addRelation, setEnds } from "./connect.ts";
import { propertiesOf } from "./fields.ts";

export function replaceSubgraph(scope: OperationScope, op: ReplaceSubgraph): void {
  const { ws, path } = scope;
  const targets = resolveMany(within(scope, "targets"), op.targets, ELEMENTS);
  const types = op.nodes.map(({ type }, i) => elementTypeOf(scope, type, `${path}.nodes[${i}].type`));
  const wellFormed = checkNames(scope, op);
  if (!targets || !wellFormed || types.includes(undefined)) return;
  const [first] = targets;
  if (!first) {
    const message = "there is nothing to replace";
    return tell(scope, { code: "SELECTOR_NO_MATCH", message, path: `${path}.targets` });
  }
  const ids = addNodes(scope, op, types as string[], first.id);
  addEdges(scope, op, ids);
  const entry = ids.get(op.entry || op.nodes[0]?.id || "") ?? "";
  const exit = ids.get(op.exit || op.nodes.at(-1)?.id || "") ?? "";
  takePlaces(ws, targets, [...ids.values()]);
  leadThrough(scope, targets, entry, exit);
  removeItems(ws, targets as never);
}

/** Local ids are unique, and those that are used exist. */
function checkNames(scope: OperationScope, op: ReplaceSubgraph): boolean {
  const { path } = scope;
  const names = new Set(op.nodes.map(({ id }) => id));
  const uses = [
    ...op.edges.flatMap(({ source, target }, i) => [
      [source, `edges[${i}].source`],
      [target, `edges[${i}].target`],
    ]),
    ...(op.entry === "" ? [] : [[op.entry, "entry"]]),
    ...(op.exit === "" ? [] : [[op.exit, "exit"]]),
  ] as [string, string][];
  const wrong = uses.filter(([name]) => !names.has(name));
  for (const [name, where] of wrong) {
    const message = `no node of this operation has the local id ${JSON.stringify(name)}`;
    tell(scope, { code: "UNKNOWN_LOCAL_ID", message, path: `${path}.${where}` });
  }
  if (names.size === op.nodes.length) return wrong.length === 0;
  tell(scope, { code: "LOCAL_ID_REUSED", message: "local ids have to be unique", path: `${path}.nodes` });
  return false;
}

function addNodes(
  scope: OperationScope,
  op: ReplaceSubgraph,
  types: readonly string[],
  firstTarget: string,
): Map<string, string> {
  const { ws, operationId } = scope;
  const parent = ws.graph.elements.get(firstTarget)?.parent;
  const ids = new Map<string, string>();
  let near = firstTarget;
  for (const [i, node] of op.nodes.entries()) {
    const type = types[i] ?? "";
    const id = newId(ws.graph, ws.seed, `${operationId}.${node.id}`, type);
    const usual = ws.kit.vocabulary.usualProperties?.(ws.snapshot(), type, firstTarget);
    const properties = { ...usual, ...propertiesOf(node.properties) };
    const base = { id, type, name: node.name, documentation: "", properties };
    const value = { ...base, ...(parent !== undefined && { parent }) };
    ws.create({ kind: "element", value }, nameOf(scope, node));
    ws.near.set(id, near);
    ids.set(node.id, id);
    near = id;
  }
  return ids;
}

const nameOf = ({ operationId }: OperationScope, { id }: ReplaceSubgraph_NewNode): string =>
  `${operationId}.${id}`;

function addEdges(scope: OperationScope, op: ReplaceSubgraph, ids: ReadonlyMap<string, string>): void {
  for (const [i, edge] of op.edges.entries()) {
    const at = within(scope, `edges[${i}]`);
    const type = edge.type === "" ? "" : relationTypeOf(scope, edge.type, `${at.path}.type`);
    if (type === undefined) continue;
    const [source, target] = [edge.source, edge.target].map((name): Found => ({
      kind: "element",
      id: ids.get(name) ?? "",
    })) as [Found, Found];
    const { name, properties } = edge;
    addRelation(at, { source, target, type, name, properties }, `${scope.operationId}.edges`);
  }
}

/** New boxes stand where old ones stood, one for one; for others the layout finds a place. */
function takePlaces(ws: Workspace, targets: readonly Found[], ids: readonly string[]): void {
  for (const [i, target] of targets.entries()) {
    const id = ids[i];
    if (id === undefined) return;
    const size = ws.kit.vocabulary.elementType(ws.graph.elements.get(id)?.type ?? "")?.size;
    for (const box of boxesOf(ws, target.id)) {
      const was = boxAt(ws, box);
      if (!was?.bounds || !size) continue;
      const value = {
        id: drawingId(ws.graph, id),
        element: id,
        ...(was.parent !== undefined && { parent: was.parent }),
        bounds: around(was.bounds, size),
        properties: {},
      };
      ws.add({ kind: "node", viewId: box.viewId, value });
    }
  }
}

function around(was: Bounds, { width, height }: { width: number; height: number }): Bounds {
  const { x, y } = centre(was);
  return { x: Math.round(x - width / 2), y: Math.round(y - height / 2), width, height };
}

/** What came in from outside leads to the entry, what went out comes from the exit. */
function leadThrough(scope: OperationScope, targets: readonly Found[], entry: string, exit: string): void {
  const { ws } = scope;
  const going = new Set(
    closure(ws, targets as never).flatMap(({ kind, id }) => (kind === "element" ? [id] : [])),
  );
  for (const id of going)
    for (const relation of relationsAt(ws, id)) {
      const [from, to] = [going.has(relation.source), going.has(relation.target)];
      if (from && !to) setEnds(scope, relation.id, exit, undefined);
      if (!from && to) setEnds(scope, relation.id, undefined, entry);
    }
}
