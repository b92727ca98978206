import { sameValue } from "../graph-draft.ts";
import type { Bounds, Graph, Point, View, ViewConnection, ViewNode } from "../graph.ts";
import { attributeOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import type { DmnSource } from "./dmn-source.ts";
import type { DmnWriter } from "./dmn-writer.ts";
import type { Entry } from "./fields.ts";
import { CONNECTION_FIELDS, NODE_FIELDS, VIEW_FIELDS } from "./item-fields.ts";
import { drawingsOf, isNoEnd, nodesByElement, pointOf } from "./read-views.ts";

/** Writes the diagrams. `moved`: ids that were only made up here are to be written. */
export function writeViews(writer: DmnWriter, source: DmnSource, now: Graph, moved: boolean): void {
  const views = new ViewWriter(writer, source, now, moved);
  views.write();
}

const NO_VIEW = { nodes: new Map<string, ViewNode>(), connections: new Map<string, ViewConnection>() };

class ViewWriter {
  readonly #writer: DmnWriter;
  readonly #source: DmnSource;
  readonly #now: Graph;
  readonly #moved: boolean;

  constructor(writer: DmnWriter, source: DmnSource, now: Graph, moved: boolean) {
    this.#moved = moved;
    this.#writer = writer;
    this.#source = source;
    this.#now = now;
  }

  write(): void {
    const { graph: was, places } = this.#source;
    for (const id of was.views.keys()) {
      const diagram = places.items.get(id);
      if (diagram && !this.#now.views.has(id)) this.#writer.remove(diagram);
    }
    if (this.#now.views.size === 0) return;
    const { root } = this.#writer;
    const drawings = drawingsOf(root) ?? this.#writer.need(root, { local: "DMNDI", home: "di" });
    const diagrams = new Map(
      [...this.#now.views.values()].map((view) => [view, this.#diagram(drawings, view)]),
    );
    this.#writer.arrange(drawings, [...diagrams.values()]);
    for (const [view, diagram] of diagrams) this.#writeView(diagram, was.views.get(view.id), view);
  }

  #diagram(drawings: XmlElement, { id }: View): XmlElement {
    const known = this.#source.graph.views.has(id) ? this.#source.places.items.get(id) : undefined;
    return known ?? this.#writer.make(drawings, { local: "DMNDiagram", home: "di" }, { id });
  }

  #writeView(diagram: XmlElement, was: View | undefined, now: View): void {
    if (this.#moved) this.#writer.setAttribute(diagram, "id", now.id);
    if (now.name !== (was?.name ?? "")) this.#writer.setAttribute(diagram, "name", now.name);
    if (now.documentation !== (was?.documentation ?? ""))
      this.#writer.setAttribute(diagram, "documentation", now.documentation || undefined);
    this.#writer.setOwn(diagram, "type", now.type || undefined);
    this.#writer.setOwn(diagram, "element", now.element);
    this.#writer.setProperties(diagram, VIEW_FIELDS, was?.properties ?? {}, now.properties);
    const inside = this.#placeInside(diagram, was ?? NO_VIEW, now);
    for (const node of now.nodes.values())
      this.#writeNode(inside.get(node.id) as XmlElement, was?.nodes.get(node.id), node);
    for (const line of now.connections.values())
      this.#writeConnection(inside.get(line.id) as XmlElement, was?.connections.get(line.id), line);
    this.#writeEnds(now, inside);
  }

  #placeInside(
    diagram: XmlElement,
    was: Pick<View, "nodes" | "connections">,
    now: View,
  ): Map<string, XmlElement> {
    const known = this.#source.places.drawn.get(now.id);
    for (const id of [...was.nodes.keys(), ...was.connections.keys()]) {
      const isKept = was.nodes.has(id) ? now.nodes.has(id) : now.connections.has(id);
      const node = known?.get(id);
      if (node && !isKept) this.#writer.remove(node);
    }
    const nodeFor = (local: string, id: string, old: ReadonlyMap<string, unknown>) => {
      const node =
        (old.has(id) && known?.get(id)) || this.#writer.make(diagram, { local, home: "di" }, { id });
      if (this.#moved) this.#writer.setAttribute(node, "id", id);
      return [id, node] as const;
    };
    const shapes = [...now.nodes.keys()].map((id) => nodeFor("DMNShape", id, was.nodes));
    const edges = [...now.connections.keys()].map((id) => nodeFor("DMNEdge", id, was.connections));
    this.#writer.arrange(
      diagram,
      shapes.map(([, node]) => node),
    );
    this.#writer.arrange(
      diagram,
      edges.map(([, node]) => node),
    );
    return new Map([...shapes, ...edges]);
  }

  #writeNode(node: XmlElement, was: ViewNode | undefined, now: ViewNode): void {
    if (was === now) return;
    if (was?.element !== now.element) this.#writer.setAttribute(node, "dmnElementRef", now.element);
    this.#writer.setOwn(node, "parent", now.parent);
    this.#writeBounds(node, was?.bounds, now.bounds);
    this.#writeLabel(node, was?.label, now.label);
    this.#writer.setProperties(node, NODE_FIELDS, was?.properties ?? {}, now.properties);
  }

  #writeConnection(node: XmlElement, was: ViewConnection | undefined, now: ViewConnection): void {
    if (was === now) return;
    if (was?.relation !== now.relation) this.#writer.setAttribute(node, "dmnElementRef", now.relation);
    if (!sameValue(was?.waypoints, now.waypoints))
      this.#writer.setList(node, "waypoint", now.waypoints as never, WAYPOINT, "diBase");
    this.#writeLabel(node, was?.label, now.label);
    this.#writer.setProperties(node, CONNECTION_FIELDS, was?.properties ?? {}, now.properties);
  }

  #writeLabel(node: XmlElement, was: Bounds | undefined, now: Bounds | undefined): void {
    if (sameValue(was, now)) return;
    if (now) return this.#writeBounds(this.#writer.need(node, { local: "DMNLabel", home: "di" }), was, now);
    const label = this.#writer.child(node, "DMNLabel");
    if (!label) return;
    this.#writer.removeAll(label, "Bounds");
    this.#writer.prune([label]);
  }

  #writeBounds(holder: XmlElement, was: Bounds | undefined, now: Bounds | undefined): void {
    if (sameValue(was, now)) return;
    if (!now) return this.#writer.removeAll(holder, "Bounds");
    const node = this.#writer.need(holder, { local: "Bounds", home: "dc" });
    for (const name of ["x", "y", "width", "height"] as const)
      if (was?.[name] !== now[name]) this.#writer.setAttribute(node, name, String(now[name]));
  }

  /** Said only where a line does not begin, or end, at the first box of its relation's end. */
  #writeEnds(view: View, inside: ReadonlyMap<string, XmlElement>): void {
    const first = nodesByElement(view.nodes);
    for (const line of view.connections.values()) {
      const relation = this.#now.relations.get(line.relation ?? "");
      const node = inside.get(line.id) as XmlElement;
      for (const [name, end, element] of [
        ["sourceElement", line.source, relation?.source],
        ["targetElement", line.target, relation?.target],
      ] as const) {
        const usual = first.get(element ?? "");
        const current = this.#writer.current(node);
        const said = attributeOf(current, name)?.trim().replace(/^.*:/, "");
        const read = said !== undefined && view.nodes.has(said) ? said : usual;
        const isNone = end === undefined && usual !== undefined;
        if (isNone !== isNoEnd(current, name)) this.#writer.setOwn(node, name, isNone ? "" : undefined);
        if (read !== end && !isNone) this.#writer.setAttribute(node, name, end === usual ? undefined : end);
      }
    }
  }
}

const WAYPOINT: Entry = {
  read: (node) => (pointOf(node) ?? null) as never,
  holds: () => true,
  write: (writer, node, value) => {
    const point = value as unknown as Point;
    const was = pointOf(writer.current(node));
    for (const name of ["x", "y"] as const)
      if (was?.[name] !== point[name]) writer.setAttribute(node, name, String(point[name]));
  },
};
