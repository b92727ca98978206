import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { JsonObject } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { compilePatch, type CompiledPatch } from "../../graphpatch/compile/index.ts";
import type { Graph } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";
import { operations } from "./operations.ts";

/** Operations on whatever is in the graph, in the words of its notation. Not all of them are possible. */
export function anyOperations(kit: NotationKit, graph: Graph, maxLength = 6): fc.Arbitrary<GraphOperation[]> {
  const ids = (map: ReadonlyMap<string, unknown>) => (map.size > 0 ? [...map.keys()] : ["none"]);
  const element = fc.constantFrom(...ids(graph.elements)).map((nodeId) => ({ nodeId }));
  const relation = fc.constantFrom(...ids(graph.relations)).map((nodeId) => ({ nodeId }));
  const viewId = fc.constantFrom(...ids(graph.views));
  const type = fc.constantFrom(...kit.vocabulary.elements.keys());
  const relationType = fc.constantFrom("", ...kit.vocabulary.relations.keys());
  const text = fc.constantFrom("Ärger & <Spaß>", "Check", "two\nlines", "", "  spaced  ");
  const bounds = fc.record({
    x: fc.nat(900),
    y: fc.nat(900),
    width: fc.constant(90),
    height: fc.constant(70),
  });
  const line = fc.array(fc.record({ x: fc.nat(900), y: fc.nat(900) }), { minLength: 2, maxLength: 4 });
  const one = (name: string, fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> =>
    fc.record(fields).map((value) => ({ [name]: value as JsonObject }));
  const operation = fc.oneof(
    one("addNode", { type, name: text, near: element, documentation: text }),
    one("addNode", { type, name: text, parent: element }),
    one("connect", { source: element, target: element, type: relationType, name: text }),
    one("removeNode", { target: element, bridge: fc.boolean() }),
    one("rename", { target: fc.oneof(element, relation), name: text }),
    one("updateNode", { target: element, documentation: text }),
    one("updateNode", { target: element, type }),
    one("disconnect", { relation }),
    one("reconnect", { relation, target: element }),
    one("move", { target: element, parent: element }),
    one("move", { target: element, before: element }),
    one("group", { targets: element, type, name: text }),
    one("setBounds", { viewId, node: element, bounds }),
    one("setWaypoints", { viewId, connection: relation, waypoints: line }),
    one("showInView", { viewId, targets: element }),
    one("hideFromView", { viewId, targets: element }),
    one("addView", { name: text }),
    fc.tuple(element, type, text).map(([targets, kind, name]) => ({
      replaceSubgraph: { targets, nodes: [{ id: "n", type: kind, name }] },
    })),
  );
  return fc
    .array(operation, { minLength: 1, maxLength })
    .map((each) => operations(...each.map((value, i) => ({ id: `op${i}`, ...value }))));
}

/** What of the operations is possible. */
export function possibleOf(kit: NotationKit, graph: Graph, drawn: readonly GraphOperation[]): CompiledPatch {
  let left = drawn;
  for (;;) {
    const compiled = compilePatch({ kit, graph, operations: left, seed: "seed" });
    if (compiled.ok) return compiled;
    const wrong = new Set(
      compiled.problems.flatMap(({ severity, operationId }) => (severity === "error" ? [operationId] : [])),
    );
    const rest = left.filter(({ id }) => !wrong.has(id));
    left = rest.length === left.length ? left.slice(0, -1) : rest;
  }
}
