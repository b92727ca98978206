import type { Change, ItemRef } from "../../notation/change.ts";
import { fieldsOf } from "../../notation/graph-draft.ts";
import type { Graph, Value } from "../../notation/graph.ts";
import type { CompiledPatch, OperationEffect } from "./compiled-patch.ts";
import { isLayout, refOfChange } from "./item-key.ts";

/** One plain line for each operation: what it does to the model, and failing that to the drawing. */
export function describeOperations(compiled: CompiledPatch): string[] {
  return compiled.effects.map((effect) => describeEffect(compiled, effect));
}

const MOST = 4;

function describeEffect(compiled: CompiledPatch, { operationId }: OperationEffect): string {
  const changes = compiled.changes.filter((_, i) => compiled.origins[i] === operationId);
  const meaning = changes.filter((change) => !isLayout(refOfChange(change)) || isViewItself(change));
  const told = mainFirst(meaning.length > 0 ? meaning : changes).map((change) =>
    describeChange(compiled, change),
  );
  const lines = [...new Set(told)];
  if (lines.length === 0) return nothing(compiled, operationId);
  const more = lines.length > MOST ? `; and ${lines.length - MOST} more` : "";
  return sentence(lines.slice(0, MOST).join("; ") + more);
}

/** What goes is told from the outside to the inside, the other way round than it is done. */
const mainFirst = (changes: readonly Change[]): Change[] => [
  ...changes.filter(({ op }) => op !== "remove"),
  ...changes.filter(({ op }) => op === "remove").toReversed(),
];

const isViewItself = (change: Change) => refOfChange(change).kind === "view";

function nothing({ problems }: CompiledPatch, operationId: string): string {
  const failed = problems.some((each) => each.operationId === operationId && each.severity === "error");
  return failed ? "Cannot be applied" : "Changes nothing";
}

const sentence = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

/** A change in words, as in: renames task "A" to "B". */
export function describeChange(
  { input, graph }: Pick<CompiledPatch, "input" | "graph">,
  change: Change,
): string {
  const ref = refOfChange(change);
  const what = describe(input.graph, graph, ref);
  switch (change.op) {
    case "add":
      return `adds ${what}${contained(input.graph, graph, change)}`;
    case "remove":
      return `removes ${what}`;
    case "move":
      return `puts ${what} ${change.to === undefined ? "last" : `before ${named(graph, change.to)}`}`;
    case "set":
      return describeSet(input.graph, graph, what, change);
  }
}

function describeSet(
  before: Graph,
  after: Graph,
  what: string,
  { ref, field, from, to }: Extract<Change, { op: "set" }>,
): string {
  const [was, now] = [short(from), short(to)];
  switch (field) {
    case "name":
      return `renames ${describe(before, before, ref)} to ${now}`;
    case "parent":
      return to === undefined ? `takes ${what} out` : `moves ${what} into ${named(after, String(to))}`;
    case "source":
    case "target":
      return `lets ${what} ${field === "source" ? "begin" : "end"} at ${named(after, String(to))}`;
    case "bounds":
      return `moves ${what} in the drawing`;
    case "waypoints":
      return `redraws ${what}`;
    default: {
      const name = field.replace(/^properties\./, "");
      if (to === undefined) return `takes ${name} (${was}) from ${what}`;
      return from === undefined
        ? `sets ${name} of ${what} to ${now}`
        : `changes ${name} of ${what} from ${was} to ${now}`;
    }
  }
}

function contained(before: Graph, after: Graph, change: Extract<Change, { op: "add" }>): string {
  const { item } = change;
  if (item.kind === "element" && item.value.parent !== undefined)
    return ` to ${named(after, item.value.parent)}`;
  if (item.kind === "node" || item.kind === "connection")
    return ` to ${describe(before, after, { kind: "view", id: item.viewId })}`;
  return "";
}

/** An item in words: userTask "Check credit"; a relation by its ends. */
function describe(before: Graph, after: Graph, ref: ItemRef): string {
  if (ref.kind === "model") return "the model";
  const item = (fieldsOf(after, ref) ?? fieldsOf(before, ref)) as Record<string, Value> | undefined;
  if (!item) return ref.id;
  const type = String(item["type"] ?? "") || ref.kind;
  const name = item["name"] ? ` ${JSON.stringify(item["name"])}` : "";
  if (ref.kind === "relation")
    return `${type}${name} from ${either(before, after, item["source"])} to ${either(before, after, item["target"])}`;
  if (ref.kind === "node") return `the box of ${either(before, after, item["element"] ?? ref.id)}`;
  if (ref.kind === "connection") return `the line of ${either(before, after, item["relation"] ?? ref.id)}`;
  return `${ref.kind === "view" ? "view" : type}${name || ` ${ref.id}`}`;
}

const either = (before: Graph, after: Graph, id: Value | undefined): string => {
  const key = String(id);
  return after.elements.has(key) || after.relations.has(key) ? named(after, key) : named(before, key);
};

function named(graph: Graph, id: string): string {
  const name = graph.elements.get(id)?.name ?? graph.relations.get(id)?.name ?? "";
  return name === "" ? id : JSON.stringify(name);
}

const LONGEST = 80;

function short(value: Value | undefined): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
