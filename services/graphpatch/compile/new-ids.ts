import { createHash } from "node:crypto";
import type { Graph } from "../../notation/graph.ts";

/** As XML ids have to be (NCName). */
const ID = /^[\p{L}_][\p{L}\p{N}_.\-·]*$/u;

/** Whether an element, relation or view has the id. */
export const isTaken = (graph: Graph, id: string): boolean =>
  graph.elements.has(id) || graph.relations.has(id) || graph.views.has(id);

const isUsableId = (graph: Graph, id: string): boolean => ID.test(id) && !isTaken(graph, id);

/** The wanted id if it can be had, otherwise one that follows from seed and name: the same each time. */
export function newId(graph: Graph, seed: string, name: string, type: string, wanted = ""): string {
  if (wanted !== "" && isUsableId(graph, wanted)) return wanted;
  const prefix = type.replace(/^.*[:.]/, "").replaceAll(/[^A-Za-z0-9]/g, "") || "item";
  for (let attempt = 0; ; attempt++) {
    const digest = createHash("sha256").update(`${seed}\n${name}\n${attempt}`).digest("hex");
    const id = `${/^\d/.test(prefix) ? "_" : ""}${prefix}_${digest.slice(0, 10)}`;
    if (!isTaken(graph, id)) return id;
  }
}
