import { canonicalXml } from "../xml/canonical-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import type { ModelReport } from "./model-report.ts";
import { canonicalByLibxml } from "./schemas.ts";
import { treeOf } from "./tree-of.ts";

/** Whether two files say the same: canonical XML by libxml2, which shares no code with our reader, where it can. */
export function sameFile(a: Uint8Array, b: Uint8Array): { same: boolean; by: ModelReport["sameBy"] } {
  if (treeOf(a) === undefined) return { same: sameBytes(a, b), by: "bytes" };
  const [before, after] = [canonicalByLibxml(a), canonicalByLibxml(b)];
  if (before !== undefined && after !== undefined) return { same: before === after, by: "libxml2" };
  return { same: canonicalXml(readXml(a)) === canonicalXml(readXml(b)), by: "our canonical XML" };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at]);
