import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import type { Item } from "../../notation/change.ts";
import type { Graph } from "../../notation/graph.ts";
import { GraphBuilder, headOf, itemsOf, type GraphHead } from "./graph-items.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** Items that are read or written before others have their turn. */
const AT_ONCE = 500;

/** A graph as an object: a line of JSON for the head, then one for each item, compressed. */
export async function writeGraph(graph: Graph): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let lines = [JSON.stringify(headOf(graph))];
  const flush = () => {
    parts.push(Buffer.from(`${lines.join("\n")}\n`));
    lines = [];
  };
  for (const item of itemsOf(graph)) {
    lines.push(JSON.stringify(item));
    if (lines.length < AT_ONCE) continue;
    flush();
    await turn();
  }
  if (lines.length > 0) flush();
  return compress(Buffer.concat(parts));
}

export async function readGraph(file: Uint8Array): Promise<Graph> {
  const text = await decompress(file);
  const builder = new GraphBuilder();
  let head: GraphHead | undefined;
  let count = 0;
  for (const line of linesOf(text)) {
    if (head === undefined) head = JSON.parse(line) as GraphHead;
    else builder.add(JSON.parse(line) as Item);
    if (++count % AT_ONCE === 0) await turn();
  }
  if (!head) throw new Error("an object that should hold a graph is empty");
  return builder.graph(head);
}

function* linesOf(text: Buffer): Generator<string> {
  for (let at = 0; at < text.length;) {
    const end = text.indexOf(0x0a, at);
    yield text.toString("utf8", at, end);
    at = end + 1;
  }
}
