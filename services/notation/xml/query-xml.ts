import type { XmlElement, XmlNode } from "./xml-tree.ts";

/** What reading an attribute, a child or a text takes; a namespace of "" is none. */

export function attributeOf(element: XmlElement, local: string, namespace = ""): string | undefined {
  for (const attribute of element.attributes) {
    if (attribute.local === local && attribute.namespace === namespace) return attribute.value;
  }
  return undefined;
}

export const isElement = (node: XmlNode): node is XmlElement => node.kind === "element";

/** Comments, instructions and text left out. */
export const elementsOf = (element: XmlElement): XmlElement[] => element.children.filter(isElement);

export function childrenOf(element: XmlElement, namespace: string, local: string): XmlElement[] {
  return element.children.filter(
    (node): node is XmlElement =>
      node.kind === "element" && node.local === local && node.namespace === namespace,
  );
}

/** The first one. */
export function childOf(element: XmlElement, namespace: string, local: string): XmlElement | undefined {
  for (const node of element.children) {
    if (node.kind === "element" && node.local === local && node.namespace === namespace) return node;
  }
  return undefined;
}

/** The text directly inside, without that of children. */
export function textOf(element: XmlElement): string {
  const [only] = element.children;
  if (element.children.length === 1 && only?.kind === "text") return only.text;
  return element.children.map((node) => (node.kind === "text" ? node.text : "")).join("");
}

/** The element and all elements inside it, in document order. */
export function* descendantsOf(element: XmlElement): Generator<XmlElement> {
  const open = [element];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    yield next;
    for (let at = next.children.length - 1; at >= 0; at--) {
      const child = next.children[at];
      if (child?.kind === "element") open.push(child);
    }
  }
}

/** White space alone: indentation, in formats without mixed content. */
export const isSpace = (node: XmlNode | undefined): boolean =>
  node?.kind === "text" && /^[\t\n\r ]*$/.test(node.text);
