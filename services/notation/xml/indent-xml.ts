import { isElement, isSpace } from "./query-xml.ts";
import type { XmlElement, XmlNode } from "./xml-tree.ts";

const UNIT = "  ";

/** How a place in a file is indented: what stands before each child, and before the end of the parent. */
export interface Indentation {
  readonly before: string;
  readonly after: string;
}

/** The last line of the white space before the child; undefined: the file has no line break there. */
export function spaceBefore(children: readonly XmlNode[], child: XmlNode): string | undefined {
  const before = children[children.indexOf(child) - 1];
  if (before?.kind !== "text" || !isSpace(before)) return undefined;
  const line = before.text.lastIndexOf("\n");
  return line === -1 ? undefined : before.text.slice(line);
}

/** One step of indentation, as the children of the root have it. */
export function unitOf(root: XmlElement): string {
  const first = root.children.find(isElement);
  const space = first && spaceBefore(root.children, first)?.slice(1);
  return space === undefined || space === "" ? UNIT : space;
}

/** How children of an element are indented; undefined: on the same line, or among text. `own` is that of the element. */
export function indentationOf(
  children: readonly XmlNode[],
  own: string | undefined,
  unit = UNIT,
): Indentation | undefined {
  if (children.some((node) => node.kind === "text" && !isSpace(node))) return undefined;
  const first = children.find(isElement);
  if (first === undefined) return own === undefined ? undefined : { before: own + unit, after: own };
  const before = spaceBefore(children, first);
  if (before === undefined) return undefined;
  return { before, after: own ?? (before.endsWith(UNIT) ? before.slice(0, -UNIT.length) : "\n") };
}

/** One level further in. */
export function inside({ before, after }: Indentation): Indentation {
  const isDeeper = before.length > after.length && before.startsWith(after);
  return { before: before + (isDeeper ? before.slice(after.length) : UNIT), after: before };
}
