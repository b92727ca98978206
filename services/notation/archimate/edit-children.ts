import { longestInOrder } from "../diff-graphs.ts";
import { makeAttribute, makeText, withAttribute } from "../xml/make-xml.ts";
import { childrenOf, isSpace } from "../xml/query-xml.ts";
import type { XmlElement, XmlNode } from "../xml/xml-tree.ts";
import { rankOf, type Format, type Parent } from "./exchange-format.ts";

/** What an element is, and how deep in the file: the root is at 0. */
export interface Place {
  readonly format: Format;
  readonly parent: Parent;
  readonly depth: number;
}

const withChildren = (element: XmlElement, children: readonly XmlNode[]): XmlElement =>
  children === element.children ? element : { ...element, children };

/** Undefined takes it away. */
export const setAttribute = (xml: XmlElement, name: string, value: string | undefined): XmlElement => {
  const attributes = withAttribute(xml.attributes, makeAttribute(name, ""), value);
  return attributes === xml.attributes ? xml : { ...xml, attributes };
};

/** The children with a new one where the schema wants it: after those of its own kind. */
export function withChild(element: XmlElement, child: XmlElement, place: Place): XmlElement {
  const { format, parent } = place;
  const rank = rankOf(format, parent, child) ?? 0;
  const at = element.children.findIndex((node) => (rankOf(format, parent, node) ?? -1) > rank);
  const { children } = element;
  return withChildren(
    element,
    spliced(children, at === -1 ? children.length : at, [child], format, place.depth),
  );
}

/** The children without some, and without the white space before each. */
export function withoutChildren(element: XmlElement, gone: ReadonlySet<XmlNode>): XmlElement {
  if (!element.children.some((node) => gone.has(node))) return element;
  const left: XmlNode[] = [];
  for (const node of element.children) {
    if (!gone.has(node)) left.push(node);
    else if (isSpace(left.at(-1))) left.pop();
  }
  return withChildren(element, left.every(isSpace) ? [] : left);
}

/** Without a child of which nothing is left; where there is another of its name, that must not take its place. */
export function withoutEmptied(element: XmlElement, child: XmlElement, emptied: XmlElement): XmlElement {
  const isDoubled = childrenOf(element, child.namespace, child.local).length > 1;
  return isDoubled
    ? withReplaced(element, new Map([[child, emptied]]))
    : withoutChildren(element, new Set([child]));
}

export function withReplaced(element: XmlElement, by: ReadonlyMap<XmlNode, XmlNode>): XmlElement {
  if (![...by].some(([from, to]) => from !== to)) return element;
  return withChildren(
    element,
    element.children.map((node) => by.get(node) ?? node),
  );
}

/** Puts elements, each on a line of its own if the file has lines, before the child at `at`, or at the end. */
function spliced(
  children: readonly XmlNode[],
  at: number,
  added: readonly XmlElement[],
  format: Format,
  depth: number,
): readonly XmlNode[] {
  if (added.length === 0) return children;
  if (format.unit === undefined) return [...children.slice(0, at), ...added, ...children.slice(at)];
  const lines = added.flatMap((child) => [
    makeText(lineAt(format, depth + 1)),
    onLines(child, format, depth + 1),
  ]);
  if (children.every(isSpace)) return [...lines, makeText(lineAt(format, depth))];
  const from = isSpace(children[at - 1]) ? at - 1 : at;
  return [...children.slice(0, from), ...lines, ...children.slice(from)];
}

const lineAt = (format: Format, depth: number): string => `\n${(format.unit ?? "").repeat(depth)}`;

/** A new element with its insides on lines of their own; what has text, or comes from the file, stays as it is. */
function onLines(element: XmlElement, format: Format, depth: number): XmlElement {
  const { children, line } = element;
  const isBare = children.length === 0 || children.some(({ kind }) => kind === "text");
  if (line !== 0 || format.unit === undefined || isBare) return element;
  const inner = children.flatMap((child) => [
    makeText(lineAt(format, depth + 1)),
    child.kind === "element" ? onLines(child, format, depth + 1) : child,
  ]);
  return { ...element, children: [...inner, makeText(lineAt(format, depth))] };
}

/**
 * The element with these items among its children, in this order: what stays where it is keeps the white space and
 * comments around it, what is gone takes its own along, what is new comes after the item before it.
 */
export function withItems(
  element: XmlElement,
  itemsNow: ReadonlyMap<string, XmlElement>,
  wanted: ReadonlyMap<string, XmlElement>,
  place: Place,
): XmlElement {
  const idOf = new Map([...itemsNow].map(([id, node]) => [node as XmlNode, id]));
  const now = element.children.flatMap((node) => idOf.get(node) ?? []);
  const ids = [...wanted.keys()];
  if (now.length === ids.length && now.every((id, i) => id === ids[i]))
    return withReplaced(element, new Map(now.map((id) => [at(itemsNow, id), at(wanted, id)])));
  const staying = longestInOrder(
    now.filter((id) => wanted.has(id)),
    ids.filter((id) => itemsNow.has(id)),
  );
  const gone = now.filter((id) => !staying.has(id)).map((id) => at(itemsNow, id));
  const first = [...wanted.values()][0];
  const cleared = withoutChildren(element, new Set(gone));
  if (staying.size === 0 && first !== undefined) return withRun(cleared, first, [...wanted.values()], place);
  return withGaps(cleared, idOf, staying, wanted, place);
}

const at = (items: ReadonlyMap<string, XmlElement>, id: string): XmlElement => items.get(id) as XmlElement;

/** Several new children where the schema wants the first. */
function withRun(
  element: XmlElement,
  first: XmlElement,
  run: readonly XmlElement[],
  place: Place,
): XmlElement {
  const { format, parent, depth } = place;
  const rank = rankOf(format, parent, first) ?? 0;
  const index = element.children.findIndex((node) => (rankOf(format, parent, node) ?? -1) > rank);
  return withChildren(
    element,
    spliced(element.children, index === -1 ? element.children.length : index, run, format, depth),
  );
}

/** New items between those that stay: before the first of them, or right after the one that they follow. */
function withGaps(
  element: XmlElement,
  idOf: ReadonlyMap<XmlNode, string>,
  staying: ReadonlySet<string>,
  wanted: ReadonlyMap<string, XmlElement>,
  { format, depth }: Place,
): XmlElement {
  const after = new Map<string | undefined, XmlElement[]>();
  let last: string | undefined;
  for (const [id, node] of wanted) {
    if (staying.has(id)) last = id;
    else if (!after.get(last)?.push(node)) after.set(last, [node]);
  }
  const children: XmlNode[] = [];
  let begun = false;
  for (const node of element.children) {
    const id = idOf.get(node);
    if (id === undefined) {
      children.push(node);
      continue;
    }
    if (!begun) insertLines(children, after.get(undefined) ?? [], format, depth, true);
    begun = true;
    children.push(at(wanted, id));
    insertLines(children, after.get(id) ?? [], format, depth, false);
  }
  return withChildren(element, children);
}

function insertLines(
  children: XmlNode[],
  added: readonly XmlElement[],
  format: Format,
  depth: number,
  beforeSpace: boolean,
): void {
  const space = beforeSpace && isSpace(children.at(-1)) ? children.pop() : undefined;
  for (const child of added) {
    if (format.unit !== undefined) children.push(makeText(lineAt(format, depth + 1)));
    children.push(onLines(child, format, depth + 1));
  }
  if (space) children.push(space);
}
