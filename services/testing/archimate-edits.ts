import type { Graph, Properties, View } from "../notation/graph.ts";
import { edited, type EditWords, type GraphEdit } from "./graph-edits.ts";

/** Anything that a graph may have. */
const WORDS: EditWords = {
  elementTypes: ["BusinessProcess", "Goal", "OrJunction", "ApplicationComponent"],
  relationTypes: ["Flow", "Association", "Access"],
  properties: [
    "Owner",
    "Cost",
    "Critical",
    "New one",
    "modifier",
    "isDirected",
    "viewpoint",
    "propid-1",
    "__proto",
  ],
  without: ["reparent"],
};

const STYLES: readonly Properties[] = [
  { fillColor: "#102030", fillAlpha: 50 },
  { label: "Some label", documentation: "Doc", lineWidth: 3 },
  { fontName: "Arial", fontSize: 9, fontStyle: "bold", fontColor: "#ffffff" },
  { viewRef: ["id-detail", "id-overview"], lineColor: "#000000" },
  { viewRef: "id-detail", label: "" },
  {},
];

/** Styles and nesting of boxes, which edits of any graph know nothing of. */
function restyled(before: Graph, edits: readonly GraphEdit[]): Graph {
  const view = before.views.get("id-overview");
  if (!view) return before;
  const nodes = new Map(view.nodes);
  const connections = new Map(view.connections);
  for (const { what, which, other } of edits) {
    const properties = STYLES[other % STYLES.length] ?? {};
    const node = [...nodes.values()][which % Math.max(nodes.size, 1)];
    const line = [...connections.values()][which % Math.max(connections.size, 1)];
    const frame = [...nodes.values()].find(
      (box) =>
        box.parent === undefined && (box.element !== undefined || box.properties["type"] === "Container"),
    );
    const { parent: _, ...loose } = node ?? { id: "" };
    const { type } = node?.properties ?? {};
    if (node && what % 3 === 0)
      nodes.set(node.id, { ...node, properties: { ...properties, ...(type !== undefined && { type }) } });
    if (node && what % 3 === 1 && frame !== node)
      nodes.set(node.id, frame && other % 2 === 0 ? { ...node, parent: frame.id } : (loose as typeof node));
    if (line && what % 3 === 2)
      connections.set(line.id, {
        ...line,
        properties: { ...properties, sourceAttachment: { x: what, y: which } },
      });
  }
  return { ...before, views: new Map([...before.views, [view.id, { ...view, nodes, connections }]]) };
}

const SCHEMA_WORDS: EditWords = {
  ...WORDS,
  properties: ["Owner", "Cost", "Critical", "New one"],
  // Fractions, places left of the border, and views that others lead to.
  without: ["reparent", "moveNode", "addNode", "moveConnection", "removeView"],
};

/** Without what the format has no place for and rules refuse, and without what refers to what was removed. */
function writable(made: Graph): Graph {
  const elements = new Map(
    [...made.elements].map(([id, { parent: _, ...element }]) => [id, element] as const),
  );
  const relations = new Map(made.relations);
  for (let before = -1; before !== relations.size;) {
    before = relations.size;
    for (const { id, source, target } of relations.values())
      if (![source, target].every((end) => elements.has(end) || relations.has(end))) relations.delete(id);
  }
  const views = [...made.views].map(([id, view]) => [id, writableView(view, elements, relations)] as const);
  return { ...made, elements, relations, views: new Map(views) };
}

function writableView(view: View, elements: Graph["elements"], relations: Graph["relations"]): View {
  const nodes = new Map([...view.nodes].map(([id, { label: _, ...node }]) => [id, node] as const));
  const connections = new Map(view.connections);
  for (let before = -1; before !== nodes.size + connections.size;) {
    before = nodes.size + connections.size;
    for (const { id, element, parent } of nodes.values())
      if ((element !== undefined && !elements.has(element)) || (parent !== undefined && !nodes.has(parent)))
        nodes.delete(id);
    for (const { id, relation, source, target } of connections.values())
      if (
        (relation !== undefined && !relations.has(relation)) ||
        ![source, target].every((end = "") => nodes.has(end) || connections.has(end))
      )
        connections.delete(id);
  }
  return { ...view, nodes, connections };
}

/** Maps as lists, boxes in the order in which a file nests them. */
export function inNestingOrder(made: Graph) {
  const views = [...made.views.values()].map((view) => {
    const nested = (parent?: string): unknown[] =>
      [...view.nodes.values()]
        .filter((node) => node.parent === parent)
        .flatMap((node) => [node, ...nested(node.id)]);
    return { ...view, nodes: nested(), connections: [...view.connections.values()] };
  });
  return { ...made, elements: [...made.elements.values()], relations: [...made.relations.values()], views };
}

/** A graph after edits of all sorts. */
export const changedArchimate = (before: Graph, edits: readonly GraphEdit[]): Graph =>
  writable(restyled(edited(before, edits, WORDS), edits));

/** A graph after edits that the schemas of the format allow. */
export function changedWithinSchema(before: Graph, edits: readonly GraphEdit[]): Graph {
  const made = writable(restyled(edited(before, edits, SCHEMA_WORDS), edits));
  const relations = [...made.relations].map(([id, { properties, ...relation }]) => {
    const own = Object.entries(properties).filter(
      ([name]) => (OWNERS[name] ?? relation.type) === relation.type,
    );
    return [id, { ...relation, properties: Object.fromEntries(own) }] as const;
  });
  return { ...made, relations: new Map(relations) };
}

/** The relationship that alone has an attribute. */
const OWNERS: Readonly<Record<string, string>> = {
  accessType: "Access",
  isDirected: "Association",
  modifier: "Influence",
};
