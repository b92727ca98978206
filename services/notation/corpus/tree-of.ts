import { readXml } from "../xml/read-xml.ts";
import { startOfFile } from "../xml/decode-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";

const isXml = (file: Uint8Array): boolean => /^\uFEFF?\s*</.test(startOfFile(file, 1024));

/** The root element; undefined for what is no XML. */
export const treeOf = (file: Uint8Array): XmlElement | undefined =>
  isXml(file) ? readXml(file).root : undefined;

const ROOT = /<(?:([\w.-]+):)?[\w.-]+[\s/>][^>]*/;

/** Of the root element, by its start tag alone. */
export function rootNamespaceOf(file: Uint8Array): string | undefined {
  if (!isXml(file)) return undefined;
  const start = startOfFile(file).replaceAll(/<\?.*?\?>|<!--.*?-->/gs, "");
  const tag = ROOT.exec(start);
  if (tag === null) return undefined;
  const declaration = tag[1] === undefined ? "xmlns" : `xmlns:${tag[1]}`;
  const value = new RegExp(`\\s${declaration}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`).exec(tag[0]);
  return value?.[1] ?? value?.[2];
}
