import type { Change } from "../../notation/change.ts";
import type { Bounds, Element, Graph, Point, Value, ViewConnection, ViewNode } from "../../notation/graph.ts";
import type { CompiledPatch } from "./compiled-patch.ts";

/** A command of the diagram-js command stack, with elements named by what they stand for. */
export interface Command {
  readonly command: string;
  readonly context: { readonly [name: string]: Value };
  readonly operationId: string;
}

/** Notations whose editor is built on diagram-js. */
const EDITED = new Set(["bpmn", "dmn"]);

/** What animates the patch in an editor that shows the main view: the first. */
export function uiCommandsOf({ input, graph, changes, origins }: CompiledPatch): Command[] {
  const [view] = graph.views.keys();
  if (view === undefined || !EDITED.has(graph.notation)) return [];
  const to = { before: input.graph, after: graph, view };
  const commands = changes.flatMap((change, i) => commandsFor(to, change, origins[i] ?? ""));
  return withJoinedDeletions(commands);
}

interface Diagram {
  readonly before: Graph;
  readonly after: Graph;
  readonly view: string;
}

type Bare = Omit<Command, "operationId">;

function commandsFor(diagram: Diagram, change: Change, operationId: string): Command[] {
  const commands = change.op === "set" ? forSet(diagram, change) : forItem(diagram, change);
  return commands.map((command) => ({ ...command, operationId }));
}

function forItem({ before, after, view }: Diagram, change: Exclude<Change, { op: "set" }>): Bare[] {
  if (change.op === "move") return [];
  const { item } = change;
  if ((item.kind !== "node" && item.kind !== "connection") || item.viewId !== view) return [];
  const stands = item.kind === "node" ? item.value.element : item.value.relation;
  const id = stands ?? item.value.id;
  if (change.op === "remove") return [{ command: "elements.delete", context: { elements: [id] } }];
  if (item.kind === "node") return [creation(after, id, item.value)];
  return [connection(after, before, view, id, item.value)];
}

function creation(graph: Graph, id: string, { bounds, label }: ViewNode): Bare {
  const element: Partial<Element> = graph.elements.get(id) ?? {};
  const { type = "", name = "", parent } = element;
  const box = bounds ?? { x: 0, y: 0, width: 100, height: 80 };
  return {
    command: "shape.create",
    context: {
      shape: { id, type: typed(graph, type), ...sized(box), ...(name !== "" && { name }) },
      position: { x: box.x + box.width / 2, y: box.y + box.height / 2 },
      ...(parent !== undefined && { parent }),
      ...(label && { label: place(label) }),
    },
  };
}

function connection(after: Graph, before: Graph, view: string, id: string, line: ViewConnection): Bare {
  const relation = after.relations.get(id) ?? before.relations.get(id);
  const stands = (box: string | undefined) =>
    after.views.get(view)?.nodes.get(box ?? "")?.element ?? box ?? "";
  return {
    command: "connection.create",
    context: {
      connection: {
        id,
        type: typed(after, relation?.type ?? ""),
        waypoints: points(line.waypoints),
        ...(relation && relation.name !== "" && { name: relation.name }),
      },
      source: relation?.source ?? stands(line.source),
      target: relation?.target ?? stands(line.target),
    },
  };
}

function forSet(diagram: Diagram, change: Extract<Change, { op: "set" }>): Bare[] {
  const { ref, field, from, to } = change;
  if (ref.kind === "node" || ref.kind === "connection")
    return ref.viewId === diagram.view ? forDrawing(diagram, ref, field, from, to) : [];
  if ((ref.kind !== "element" && ref.kind !== "relation") || !isDrawn(diagram, ref.id)) return [];
  const element = ref.id;
  if (field === "name") return [{ command: "element.updateLabel", context: { element, newLabel: to ?? "" } }];
  if (field === "type")
    return [
      {
        command: "shape.replace",
        context: { oldShape: element, newData: { type: typed(diagram.after, String(to)) } },
      },
    ];
  if (field === "parent")
    return [
      {
        command: "elements.move",
        context: { shapes: [element], delta: { x: 0, y: 0 }, newParent: to ?? null },
      },
    ];
  if (field === "source" || field === "target") {
    const context = { connection: element, [field === "source" ? "newSource" : "newTarget"]: to ?? null };
    return [{ command: "connection.reconnect", context }];
  }
  const name = field.replace(/^properties\./, "");
  return [{ command: "element.updateProperties", context: { element, properties: { [name]: to ?? null } } }];
}

function isDrawn({ after, view }: Diagram, id: string): boolean {
  const { nodes, connections } = after.views.get(view) ?? {};
  for (const { element } of nodes?.values() ?? []) if (element === id) return true;
  for (const { relation } of connections?.values() ?? []) if (relation === id) return true;
  return false;
}

function forDrawing(
  { after, view }: Diagram,
  ref: { readonly kind: "node" | "connection"; readonly id: string },
  field: string,
  from: Value | undefined,
  to: Value | undefined,
): Bare[] {
  const shown = after.views.get(view);
  const element = shown?.nodes.get(ref.id)?.element ?? shown?.connections.get(ref.id)?.relation ?? ref.id;
  if (field === "bounds") return moved(element, from, to);
  if (field === "label") return moved(`${element}_label`, from, to);
  if (field === "waypoints")
    return [
      { command: "connection.updateWaypoints", context: { connection: element, newWaypoints: to ?? [] } },
    ];
  if (field === "properties.fill" || field === "properties.stroke") {
    const colors = { [field.slice("properties.".length)]: to ?? null };
    return [{ command: "element.setColor", context: { elements: [element], colors } }];
  }
  return [];
}

function moved(shape: string, from: Value | undefined, to: Value | undefined): Bare[] {
  const [was, now] = [from, to] as unknown as [Bounds | undefined, Bounds | undefined];
  if (!now) return [];
  if (was && was.width === now.width && was.height === now.height) {
    const delta = { x: now.x - was.x, y: now.y - was.y };
    return [{ command: "elements.move", context: { shapes: [shape], delta } }];
  }
  return [{ command: "shape.resize", context: { shape, newBounds: place(now) } }];
}

/** What one operation deletes in a row goes in one command. */
function withJoinedDeletions(commands: readonly Command[]): Command[] {
  const joined: Command[] = [];
  for (const each of commands) {
    const last = joined.at(-1);
    if (
      last?.command !== "elements.delete" ||
      each.command !== last.command ||
      each.operationId !== last.operationId
    ) {
      joined.push(each);
      continue;
    }
    const elements = [...(last.context["elements"] as Value[]), ...(each.context["elements"] as Value[])];
    joined[joined.length - 1] = { ...last, context: { elements } };
  }
  return joined;
}

/** As bpmn-js and dmn-js name their types: "bpmn:UserTask". */
const typed = ({ notation }: Graph, type: string): string =>
  type.includes(":") || type === "" ? type : `${notation}:${type.slice(0, 1).toUpperCase()}${type.slice(1)}`;

const sized = ({ width, height }: Bounds) => ({ width, height });
const place = ({ x, y, width, height }: Bounds) => ({ x, y, width, height });
const points = (line: readonly Point[]) => line.map(({ x, y }) => ({ x, y }));
