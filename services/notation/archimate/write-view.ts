import type { Properties, Value, View, ViewConnection, ViewNode } from "../graph.ts";
import { sameValue } from "../graph-draft.ts";
import { childrenOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import {
  setAttribute,
  withChild,
  withItems,
  withoutChildren,
  withReplaced,
  type Place,
} from "./edit-children.ts";
import { newElement } from "./exchange-format.ts";
import type { ViewParts } from "./reading.ts";
import { writeStyle } from "./styles.ts";
import { setText } from "./texts.ts";
import {
  ATTACHMENTS,
  boundsAttributes,
  connectionType,
  nodeReferences,
  nodeType,
  TEXTS,
} from "./view-shapes.ts";
import { BLANK, setType, writeCommon, type Writing } from "./writing.ts";

/** How deep views are in the file. */
const depthOf = ({ format }: Writing): number => format.viewsPath.length + 1;

/** The view as it is now, made of what the file has of it. */
export function writeView(
  was: View | undefined,
  parts: ViewParts | undefined,
  now: View,
  writing: Writing,
): XmlElement {
  if (parts && was === now) return parts.xml;
  const { format } = writing;
  const before = was && parts ? was : { ...now, ...BLANK, nodes: new Map(), connections: new Map() };
  const place = { parent: "view", depth: depthOf(writing), named: true } as const;
  const blank = () =>
    setText(
      newElement(format, "view", { identifier: now.id, "xsi:type": now.type === "" ? undefined : now.type }),
      "name",
      "",
      { ...place, format },
    );
  let xml = parts?.xml ?? blank();
  if (before.type !== now.type) xml = setType(xml, now.type, format);
  xml = writeCommon(xml, before, now, writing, place);
  if (before.nodes !== now.nodes)
    xml = new NodeWriter(before, parts, now, writing).inside(xml, undefined, depthOf(writing));
  if (before.connections === now.connections) return xml;
  const wanted = new Map(
    [...now.connections].map(([id, connection]) => [
      id,
      writeConnection(parts?.connections.get(id), before.connections.get(id), connection, writing),
    ]),
  );
  const left = withoutChildren(xml, writing.gone);
  return withItems(left, parts?.connections ?? new Map(), wanted, { format, ...place });
}

/** Writes boxes inside boxes. */
class NodeWriter {
  readonly #was: View;
  readonly #parts: ViewParts | undefined;
  readonly #writing: Writing;
  readonly #wasInside: ReadonlyMap<string | undefined, readonly ViewNode[]>;
  readonly #inside: ReadonlyMap<string | undefined, readonly ViewNode[]>;

  constructor(was: View, parts: ViewParts | undefined, now: View, writing: Writing) {
    this.#was = was;
    this.#parts = parts;
    this.#writing = writing;
    this.#wasInside = byParent(was);
    this.#inside = byParent(now);
  }

  /** The box, or the view, with the boxes that are inside it now. */
  inside(container: XmlElement, id: string | undefined, depth: number): XmlElement {
    const inside = this.#inside.get(id) ?? [];
    const before = (this.#wasInside.get(id) ?? []).flatMap((node) => {
      const xml = this.#parts?.nodes.get(node.id);
      return xml ? [[node.id, xml] as const] : [];
    });
    if (inside.length === 0 && before.length === 0) return container;
    const left = withoutChildren(container, this.#writing.gone);
    const wanted = new Map(inside.map((node) => [node.id, this.#write(node, depth + 1)]));
    const place: Place = { format: this.#writing.format, parent: id === undefined ? "view" : "node", depth };
    return withItems(left, new Map(before), wanted, place);
  }

  #write(node: ViewNode, depth: number): XmlElement {
    const there = this.#parts?.nodes.get(node.id);
    return this.inside(
      writeNode(there, this.#was.nodes.get(node.id), node, depth, this.#writing),
      node.id,
      depth,
    );
  }
}

function byParent({ nodes }: View): ReadonlyMap<string | undefined, readonly ViewNode[]> {
  const inside = new Map<string | undefined, ViewNode[]>();
  for (const node of nodes.values()) {
    const parent = node.parent !== undefined && nodes.has(node.parent) ? node.parent : undefined;
    const siblings = inside.get(parent);
    if (siblings) siblings.push(node);
    else inside.set(parent, [node]);
  }
  return inside;
}

function writeNode(
  there: XmlElement | undefined,
  was: ViewNode | undefined,
  now: ViewNode,
  depth: number,
  { format }: Writing,
): XmlElement {
  if (there && was === now) return there;
  const place: Place = { format, parent: "node", depth };
  if (!there || !was) {
    const node = newElement(format, "node", {
      identifier: now.id,
      ...nodeReferences(now),
      "xsi:type": String(nodeType(now)) || undefined,
      ...boundsAttributes(now.bounds),
    });
    return writeShape(node, {}, now.properties, place);
  }
  let node = there;
  if (nodeType(was) !== nodeType(now)) node = setType(node, nodeType(now), format);
  node = writeAttributes(node, nodeReferences(was), nodeReferences(now));
  node = writeAttributes(node, boundsAttributes(was.bounds), boundsAttributes(now.bounds));
  return writeShape(node, was.properties, now.properties, place);
}

type Attributes = Readonly<Record<string, string | undefined>>;

function writeAttributes(xml: XmlElement, was: Attributes, now: Attributes): XmlElement {
  const changed = Object.keys(now).filter((name) => was[name] !== now[name]);
  return changed.reduce((written, name) => setAttribute(written, name, now[name]), xml);
}

function writeConnection(
  there: XmlElement | undefined,
  was: ViewConnection | undefined,
  now: ViewConnection,
  writing: Writing,
): XmlElement {
  if (there && was === now) return there;
  const { format } = writing;
  const place: Place = { format, parent: "connection", depth: depthOf(writing) + 1 };
  let line =
    there && was
      ? there
      : newElement(format, "connection", {
          identifier: now.id,
          relationshipRef: now.relation,
          "xsi:type": String(connectionType(now)) || undefined,
          source: now.source,
          target: now.target,
        });
  if (was && connectionType(was) !== connectionType(now)) line = setType(line, connectionType(now), format);
  if (was) line = writeAttributes(line, endsOf(was), endsOf(now));
  line = writeShape(line, was?.properties ?? {}, now.properties, place);
  if (sameValue(was?.waypoints ?? [], now.waypoints)) return line;
  return writeList(line, "bendpoint", now.waypoints.map(pointAttributes), place);
}

const endsOf = ({ relation, source, target }: ViewConnection): Attributes => ({
  relationshipRef: relation,
  source,
  target,
});

const pointAttributes = (point: unknown): Attributes => {
  const { x, y } = (point ?? {}) as { x?: Value; y?: Value };
  return { x: String(x ?? 0), y: String(y ?? 0) };
};

/** Texts, drill-downs, attachments and style. */
function writeShape(shape: XmlElement, was: Properties, now: Properties, place: Place): XmlElement {
  let written = shape;
  for (const name of TEXTS)
    if (was[name] !== now[name]) {
      const text = now[name];
      written = setText(written, name, text === undefined ? undefined : String(text), place);
    }
  written = writeStyle(written, was, now, place);
  if (!sameValue(was["viewRef"], now["viewRef"])) {
    const refs = now["viewRef"] === undefined ? [] : [now["viewRef"]].flat();
    written = writeList(
      written,
      "viewRef",
      refs.map((ref) => ({ ref: String(ref) })),
      place,
    );
  }
  for (const name of ATTACHMENTS)
    if (!sameValue(was[name], now[name]))
      written = writeList(written, name, now[name] === undefined ? [] : [pointAttributes(now[name])], place);
  return written;
}

/** As many children of a name as there are sets of attributes, each with its own. */
function writeList(
  shape: XmlElement,
  local: string,
  wanted: readonly Attributes[],
  place: Place,
): XmlElement {
  const { format } = place;
  const there = childrenOf(shape, format.namespace, local);
  const kept = there.slice(0, wanted.length);
  const edited = new Map(kept.map((node, i) => [node, writeAttributes(node, {}, wanted[i] ?? {})]));
  const left = withReplaced(withoutChildren(shape, new Set(there.slice(wanted.length))), edited);
  return wanted
    .slice(there.length)
    .reduce((written, attributes) => withChild(written, newElement(format, local, attributes), place), left);
}
