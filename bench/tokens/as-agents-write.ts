import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Graph } from "../../services/notation/graph.ts";

/** Ids that tools make up are longer than most names. */
const LONG = 20;

/** An element with a long id is named by its name, where only one has it: what agents do, and commands cannot. */
export function asAgentsWrite(graph: Graph, operations: readonly JsonObject[]): JsonObject[] {
  const count = new Map<string, number>();
  for (const { name } of graph.elements.values()) {
    const plain = name.trim().replaceAll(/\s+/g, " ").toLowerCase();
    count.set(plain, (count.get(plain) ?? 0) + 1);
  }
  const write = (value: JsonValue): JsonValue => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(write);
    const id = value["nodeId"];
    const name =
      typeof id === "string" ? (graph.elements.get(id)?.name.trim().replaceAll(/\s+/g, " ") ?? "") : "";
    if (typeof id === "string" && id.length > LONG && name !== "" && count.get(name.toLowerCase()) === 1) {
      const { nodeId: _, ...rest } = value;
      return { byType: { name }, ...rest };
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, write(inner)]));
  };
  return operations.map((operation) => write(operation) as JsonObject);
}
