import type { Element, Lifecycle, Properties, Relation } from "../graph.ts";
import { attributeOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { nameFieldOf } from "./fields.ts";
import { idOf, type FileIds } from "./file-ids.ts";
import { itemKind, RELATION_ENDS, typeOfXml } from "./item-types.ts";
import { AMEIDE_NAMESPACE } from "./namespaces.ts";
import { childrenNamed, modelChildren, readProperties, textOf } from "./read-fields.ts";

/** What of the file is an item of the model, before references can be followed. */
interface Found {
  readonly node: XmlElement;
  readonly kind: "element" | "relation";
  readonly type: string;
  readonly id: string;
  /** The element that contains it. */
  readonly parent?: string;
}

export interface ModelItems {
  readonly elements: ReadonlyMap<string, Element>;
  readonly relations: ReadonlyMap<string, Relation>;
  /** Where each element and relation stands in the file. */
  readonly places: ReadonlyMap<string, XmlElement>;
}

/** The elements and relations of a file, in its order. */
export function readModel(root: XmlElement, ids: FileIds): ModelItems {
  const found: Found[] = [];
  findItems(root, { type: "definitions" }, ids, found);
  const places = new Map(found.map(({ id, node }) => [id, node]));
  const idOfNode = new Map(found.map(({ id, node }) => [node, id]));
  const owners = ownersOfIds(found, idOfNode);
  const lanes = readLanes(root, idOfNode, ids);
  const elements = new Map<string, Element>();
  const relations = new Map<string, Relation>();
  for (const item of found) {
    if (item.kind === "element") elements.set(item.id, readElement(item, lanes.get(item.id), ids));
    else {
      const relation = readRelation(item, owners, ids);
      if (relation) relations.set(item.id, relation);
      else places.delete(item.id);
    }
  }
  return { elements, relations, places };
}

interface Within {
  readonly type: string;
  readonly parent?: string;
}

function findItems(node: XmlElement, within: Within, ids: FileIds, found: Found[]): void {
  const counts = new Map<string, number>();
  for (const child of modelChildren(node)) {
    const count = (counts.get(child.local) ?? 0) + 1;
    counts.set(child.local, count);
    const type = typeOfXml(child);
    const kind = itemKind(type, within.type);
    if (kind === undefined) continue;
    if (kind === "wrapper") {
      findItems(child, { ...within, type }, ids, found);
      continue;
    }
    const id = ids.claim(child, `${within.parent ?? "definitions"}_${type}_${count}`);
    const { parent } = within;
    found.push({ node: child, kind, type, id, ...(parent !== undefined && { parent }) });
    if (kind === "element") findItems(child, { type, parent: id }, ids, found);
  }
}

function readElement({ node, type, id, parent }: Found, lane: string | undefined, ids: FileIds): Element {
  const key = attributeOf(node, "key", AMEIDE_NAMESPACE);
  const lifecycle = attributeOf(node, "lifecycle", AMEIDE_NAMESPACE);
  return {
    id,
    type,
    name: nameOf(node, type),
    documentation: documentationOf(node),
    properties: { ...readProperties(node, type, ids), ...(lane !== undefined && { lane }) },
    ...(parent !== undefined && { parent }),
    ...(key !== undefined && { key }),
    ...(isLifecycle(lifecycle) && { lifecycle }),
  };
}

/** A relation has no parent of its own: where it stands follows from its ends. */
function readRelation(
  { node, type, id, parent }: Found,
  owners: ReadonlyMap<string, string>,
  ids: FileIds,
): Relation | undefined {
  const rest = { id, type, name: nameOf(node, type), documentation: documentationOf(node) };
  const properties: Properties = readProperties(node, type, ids);
  const ends = RELATION_ENDS.get(type);
  if (ends === "attributes") {
    const source = ids.resolve(attributeOf(node, "sourceRef") ?? "");
    const target = ids.resolve(attributeOf(node, "targetRef") ?? "");
    return { ...rest, source, target, properties };
  }
  const far = childrenNamed(node, ends === "into-owner" ? "sourceRef" : "targetRef")[0];
  // One that only assigns values within its owner leads nowhere.
  if (!far || parent === undefined) return undefined;
  const other = ids.resolve(textOf(far));
  const end = owners.get(other) ?? other;
  const [source, target] = ends === "into-owner" ? [end, parent] : [parent, end];
  return { ...rest, source, target, properties };
}

/** For ids of things that are no items, such as the inputs of a task: the element around them. */
function ownersOfIds(
  found: readonly Found[],
  idOfNode: ReadonlyMap<XmlElement, string>,
): Map<string, string> {
  const owners = new Map<string, string>();
  const visit = (node: XmlElement, owner: string) => {
    for (const child of modelChildren(node)) {
      if (idOfNode.has(child)) continue;
      const id = idOf(child);
      if (id !== undefined) owners.set(id, owner);
      visit(child, owner);
    }
  };
  for (const { node, kind, type, id } of found) if (kind === "element" && type !== "lane") visit(node, id);
  return owners;
}

/** The innermost lane that lists each element. */
function readLanes(
  root: XmlElement,
  idOfNode: ReadonlyMap<XmlElement, string>,
  ids: FileIds,
): ReadonlyMap<string, string> {
  const lanes = new Map<string, { lane: string; depth: number }>();
  const visit = (node: XmlElement, depth: number) => {
    for (const child of modelChildren(node)) {
      const lane = child.local === "lane" ? idOfNode.get(child) : undefined;
      if (lane === undefined) {
        visit(child, depth);
        continue;
      }
      for (const ref of childrenNamed(child, "flowNodeRef")) {
        const listed = ids.find(textOf(ref));
        const id = listed && idOfNode.get(listed);
        if (id !== undefined && (lanes.get(id)?.depth ?? -1) < depth) lanes.set(id, { lane, depth });
      }
      visit(child, depth + 1);
    }
  };
  visit(root, 0);
  return new Map([...lanes].map(([id, { lane }]) => [id, lane]));
}

function nameOf(node: XmlElement, type: string): string {
  const field = nameFieldOf(type);
  if (field !== "text") return attributeOf(node, field) ?? "";
  const text = childrenNamed(node, field)[0];
  return text ? textOf(text) : "";
}

function documentationOf(node: XmlElement): string {
  const first = childrenNamed(node, "documentation")[0];
  return first ? textOf(first) : "";
}

const LIFECYCLES = new Set<string>(["planned", "current", "retiring", "retired"] satisfies Lifecycle[]);
const isLifecycle = (text: string | undefined): text is Lifecycle =>
  text !== undefined && LIFECYCLES.has(text);
