import type { Graph, Properties, Value, View, ViewConnection, ViewNode } from "../../graph.ts";
import type { Rule } from "../../notation.ts";
import type { Problem } from "../../problem.ts";
import { COLOR_PROPERTIES, NUMBER_PROPERTIES, STYLE_PROPERTIES } from "../styles.ts";

/** The views of the scope, and those from which something leads to a view of the scope. */
function viewsIn({ views }: Graph, scope: ReadonlySet<string> | undefined): Iterable<View> {
  if (!scope) return views.values();
  return [...views.values()].filter(
    (view) => scope.has(view.id) || [...leadsTo(view)].some((id) => scope.has(id)),
  );
}

const LEADS = new WeakMap<View, ReadonlySet<string>>();

/** The views to which boxes and lines of a view lead. */
function leadsTo(view: View): ReadonlySet<string> {
  const known = LEADS.get(view);
  if (known) return known;
  const ids = new Set<string>();
  for (const shapes of [view.nodes, view.connections])
    for (const { properties } of shapes.values()) for (const id of referredViews(properties)) ids.add(id);
  LEADS.set(view, ids);
  return ids;
}

const referredViews = ({ viewRef }: Properties): string[] =>
  viewRef === undefined ? [] : [viewRef].flat().map(String);

type Complaint = readonly [shape: string, message: string];

/** A rule about views: what is wrong is said of the view, with the box or line. */
function viewRule(
  id: string,
  says: string,
  complaints: (view: View, graph: Graph) => Iterable<Complaint>,
): Rule {
  return {
    id,
    severity: "error",
    says,
    *check(graph, scope): Generator<Problem> {
      for (const view of viewsIn(graph, scope))
        for (const [shape, message] of complaints(view, graph))
          yield {
            severity: "error",
            code: id,
            message,
            itemId: view.id,
            relatedIds: shape === "" ? [] : [shape],
          };
    },
  };
}

const isWhole = (value: number, least: number): boolean => Number.isInteger(value) && value >= least;

export const wholePixels = viewRule(
  "archimate/whole-pixels",
  "Boxes and bends are at whole numbers from 0, and boxes have a size of at least 1.",
  function* ({ nodes, connections }) {
    for (const { id, bounds } of nodes.values())
      if (
        bounds &&
        !(
          isWhole(bounds.x, 0) &&
          isWhole(bounds.y, 0) &&
          isWhole(bounds.width, 1) &&
          isWhole(bounds.height, 1)
        )
      )
        yield [
          id,
          `The box ${id} is not at whole numbers from 0: round them, and move the drawing if it is left of 0.`,
        ];
    for (const { id, waypoints } of connections.values())
      if (!waypoints.every(({ x, y }) => isWhole(x, 0) && isWhole(y, 0)))
        yield [id, `The line ${id} bends at a point that is not at whole numbers from 0.`];
  },
);

export const viewReferences = viewRule(
  "archimate/view-references",
  "A box is in a box of its view, a line joins boxes or lines of its view, and what leads to a view leads to one that is there.",
  function* ({ id: viewId, element, nodes, connections }, { views }) {
    if (element !== undefined)
      yield ["", `A view of ArchiMate is not of the inside of an element: ${viewId} cannot name one.`];
    for (const node of nodes.values()) {
      if (node.parent !== undefined && !isInside(nodes, node))
        yield [node.id, `The box ${node.id} is in ${node.parent}, which is not a box around it.`];
      if (node.bounds === undefined) yield [node.id, `The box ${node.id} has no place.`];
    }
    for (const { id, relation, source, target } of connections.values())
      for (const end of relation === undefined
        ? [source, target].filter((one) => one !== undefined)
        : [source, target])
        if (end === undefined || !(nodes.has(end) || connections.has(end)))
          yield [id, `The line ${id} has an end, ${end ?? "none"}, that is not in its view.`];
    for (const shape of [...nodes.values(), ...connections.values()])
      for (const ref of referredViews(shape.properties))
        if (!views.has(ref)) yield [shape.id, `${shape.id} leads to the view ${ref}, which is not there.`];
  },
);

function isInside(nodes: ReadonlyMap<string, ViewNode>, node: ViewNode): boolean {
  const seen = new Set([node.id]);
  for (let at = node.parent; at !== undefined; at = nodes.get(at)?.parent) {
    if (seen.has(at) || !nodes.has(at)) return false;
    seen.add(at);
  }
  return true;
}

const TEXTS = ["label", "documentation"];
const OTHERS = ["type", "viewRef", "conceptRef", "sourceAttachment", "targetAttachment"];
const KNOWN = new Set([...STYLE_PROPERTIES, ...TEXTS, ...OTHERS]);
const FONT_STYLES = /^(?:(?:plain|bold|italic|underline)(?: |$))*$/;

export const shapeProperties = viewRule(
  "archimate/shape-properties",
  `Boxes and lines have ${[...KNOWN].join(", ")} and nothing else; colors are "#rrggbb" in lower case, opacities 0 to 100.`,
  function* ({ nodes, connections }) {
    for (const shape of [...nodes.values(), ...connections.values()])
      for (const message of wrongProperties(shape)) yield [shape.id, message];
  },
);

function* wrongProperties({ id, label, properties }: ViewNode | ViewConnection): Generator<string> {
  if (label !== undefined) yield `The label of ${id} has no place of its own in ArchiMate.`;
  for (const [name, value] of Object.entries(properties)) {
    if (!KNOWN.has(name)) yield `${id} has "${name}". Use one of: ${STYLE_PROPERTIES.join(", ")}, label.`;
    else if (!isValid(name, value, properties))
      yield `${name} of ${id} cannot be ${JSON.stringify(value)}.${hintFor(name, value)}`;
  }
}

function hintFor(name: string, value: Value): string {
  if (COLOR_PROPERTIES.includes(name))
    return /^#[0-9a-f]{6}$/i.test(String(value))
      ? ` Write "${String(value).toLowerCase()}".`
      : ' Write a color as "#ffe0b2".';
  return name.endsWith("Alpha") ? " An opacity is 0 to 100 and goes with a color." : "";
}

function isValid(name: string, value: Value, properties: Properties): boolean {
  if (COLOR_PROPERTIES.includes(name)) return typeof value === "string" && /^#[0-9a-f]{6}$/.test(value);
  if (name.endsWith("Alpha")) {
    const color = properties[name.replace("Alpha", "Color")];
    return color !== undefined && typeof value === "number" && isWhole(value, 0) && value <= 100;
  }
  if (name === "fontSize") return typeof value === "number" && value >= 1 && Number.isInteger(value * 2);
  if (NUMBER_PROPERTIES.includes(name)) return typeof value === "number" && isWhole(value, 1);
  if (name === "fontStyle") return typeof value === "string" && FONT_STYLES.test(value);
  if (name.endsWith("Attachment")) return isPoint(value);
  return typeof value === "string" || (name === "viewRef" && isListOfTexts(value));
}

const isListOfTexts = (value: Value): boolean =>
  Array.isArray(value) && value.length > 1 && value.every((one) => typeof one === "string");

function isPoint(value: Value): boolean {
  const { x, y } = (value ?? {}) as { x?: unknown; y?: unknown };
  return typeof x === "number" && typeof y === "number" && isWhole(x, 0) && isWhole(y, 0);
}
