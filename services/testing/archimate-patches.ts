import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { GraphOperationSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import * as fc from "fast-check";
import { compilePatch } from "../graphpatch/compile/index.ts";
import { archimateKit } from "../notation/archimate/archimate-kit.ts";
import { CONCEPTS, RELATIONSHIPS } from "../notation/archimate/concepts.ts";
import type { Graph } from "../notation/graph.ts";

/** Operations of all kinds on a graph; many of them are refused, and that is fine. */
export const archimateOperations = (graph: Graph): fc.Arbitrary<Record<string, unknown>[]> =>
  fc.array(operationsOn(graph), { minLength: 1, maxLength: 4 });

/** The graph after the operations; undefined when they are refused. */
export function patchedArchimate(
  graph: Graph,
  operations: readonly Record<string, unknown>[],
): Graph | undefined {
  const messages = operations.map((one, i) =>
    fromJson(GraphOperationSchema, { id: `o${i}`, ...one } as JsonValue),
  );
  const patch = compilePatch({
    kit: archimateKit,
    graph,
    operations: messages,
    seed: "patched",
    extraRules: [],
  });
  return patch.ok ? patch.graph : undefined;
}

const whole = fc.nat(2000);
const text = fc.constantFrom("Pack", "", " two  words ", "Ä & <b>", "line\nbreak");
const properties = fc.dictionary(
  fc.constantFrom("Owner", "Cost", "Critical", "Weight", "lifecycle"),
  fc.constantFrom<JsonValue>("me", 5, true, ["a", "b"], null, { a: [1] }),
  { maxKeys: 2 },
);
const style = fc.dictionary(
  fc.constantFrom("fillColor", "lineColor", "fontSize", "label"),
  fc.constantFrom<JsonValue>("#ff0000", 9, null, "red"),
  { maxKeys: 2 },
);

function operationsOn(graph: Graph): fc.Arbitrary<Record<string, unknown>> {
  const element = fc.constantFrom(...graph.elements.keys()).map((nodeId) => ({ nodeId }));
  const relation = fc.constantFrom(...graph.relations.keys()).map((nodeId) => ({ nodeId }));
  const view = fc.constantFrom(...graph.views.keys());
  return fc.oneof(
    ...onElements(element),
    ...onRelations(element, relation),
    ...onViews(element, relation, view),
  );
}

type Named = fc.Arbitrary<{ nodeId: string }>;

const onElements = (element: Named) => [
  fc.record({
    addNode: fc.record({
      type: fc.constantFrom(...CONCEPTS.keys()),
      name: text,
      near: element,
      key: fc.constantFrom("", "a.b"),
      documentation: text,
      properties,
    }),
  }),
  fc.record({ connect: fc.record({ source: element, target: element, name: text, properties }) }),
  fc.record({ rename: fc.record({ target: element, name: text }) }),
  fc.record({ updateNode: fc.record({ target: element, properties, documentation: text }) }),
  fc.record({ updateNode: fc.record({ target: element, type: fc.constantFrom(...CONCEPTS.keys()) }) }),
  fc.record({
    setLifecycle: fc.record({
      target: element,
      lifecycle: fc.constantFrom("LIFECYCLE_UNSPECIFIED", "LIFECYCLE_PLANNED", "LIFECYCLE_RETIRED"),
    }),
  }),
  fc.record({ removeNode: fc.record({ target: element, bridge: fc.boolean() }) }),
  fc.record({
    group: fc.record({ targets: element, type: fc.constantFrom("Grouping", "Location"), name: text }),
  }),
];

const onRelations = (element: Named, relation: Named) => [
  fc.record({
    connect: fc.record({
      source: element,
      target: relation,
      type: fc.constantFrom("", ...Object.keys(RELATIONSHIPS)),
    }),
  }),
  fc.record({ rename: fc.record({ target: relation, name: text }) }),
  fc.record({ disconnect: fc.record({ relation }) }),
  fc.record({ reconnect: fc.record({ relation, source: element }) }),
];

const onViews = (element: Named, relation: Named, viewId: fc.Arbitrary<string>) => [
  fc.record({ addView: fc.record({ name: text }) }),
  fc.record({ removeView: fc.record({ viewId }) }),
  fc.record({ showInView: fc.record({ viewId, targets: element }) }),
  fc.record({ hideFromView: fc.record({ viewId, targets: element }) }),
  fc.record({
    setBounds: fc.record({
      viewId,
      node: element,
      bounds: fc.record({ x: whole, y: whole, width: whole, height: whole }),
    }),
  }),
  fc.record({
    setWaypoints: fc.record({
      viewId,
      connection: relation,
      waypoints: fc.array(fc.record({ x: whole, y: whole }), { maxLength: 3 }),
    }),
  }),
  fc.record({ setStyle: fc.record({ viewId, target: element, properties: style }) }),
];
