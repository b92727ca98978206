import { escapeAttribute, escapeText } from "./escape-xml.ts";
import type { XmlDocument, XmlElement, XmlNode } from "./xml-tree.ts";

/** In UTF-8, with a declaration; names, prefixes, order and white space as they are in the tree. */
export function writeXml(document: XmlDocument): Uint8Array {
  const parts: string[] = ['<?xml version="1.0" encoding="UTF-8"?>\n'];
  for (const node of document.prolog) {
    writeNode(node, parts);
    parts.push("\n");
  }
  writeNode(document.root, parts);
  parts.push("\n");
  for (const node of document.epilog) {
    writeNode(node, parts);
    parts.push("\n");
  }
  return new TextEncoder().encode(parts.join(""));
}

function writeNode(node: XmlNode, parts: string[]): void {
  switch (node.kind) {
    case "element":
      return writeElement(node, parts);
    case "text":
      parts.push(escapeText(node.text));
      return;
    case "comment":
      parts.push("<!--", node.text, "-->");
      return;
    case "instruction":
      parts.push("<?", node.target, node.body === "" ? "" : " ", node.body, "?>");
      return;
  }
}

function writeElement(element: XmlElement, parts: string[]): void {
  parts.push("<", element.name);
  for (const { name, value } of element.attributes) parts.push(" ", name, '="', escapeAttribute(value), '"');
  if (element.children.length === 0) {
    parts.push("/>");
    return;
  }
  parts.push(">");
  for (const child of element.children) writeNode(child, parts);
  parts.push("</", element.name, ">");
}
