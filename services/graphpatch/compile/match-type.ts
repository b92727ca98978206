import type { TypeSelector } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { sameValue } from "../../notation/graph-draft.ts";
import type { Element, Relation, Value } from "../../notation/graph.ts";
import { hint } from "./match-id.ts";
import { tell, type OperationScope } from "./operation-scope.ts";
import { ELEMENTS, RELATIONS, type Found, type Kinds } from "./found.ts";
import { elementTypeOf, relationTypeOf } from "./types.ts";
import type { Workspace } from "./workspace.ts";

type Candidate = Element | Relation;

export function matchType(
  scope: OperationScope,
  by: TypeSelector,
  kinds: Kinds,
  quiet: boolean,
): Found[] | undefined {
  const kind = by.relations || !kinds.has("element") ? "relation" : "element";
  if (!kinds.has(kind)) {
    const message = `relations cannot be used here, only ${[...kinds].join(", ")}`;
    return tell(scope, { code: "SELECTOR_WRONG_KIND", message, path: scope.path });
  }
  const type = by.type === "" ? "" : typeOf(scope, kind, by.type);
  if (type === undefined) return undefined;
  const inside = by.withinId === "" ? undefined : descendants(scope.ws, by.withinId);
  const part = by.nameContains.toLowerCase();
  const items = all(scope.ws, kind);
  scope.ws.visit(items.length);
  const fits = items.filter(
    (item) =>
      (type === "" || item.type === type) &&
      (part === "" || item.name.toLowerCase().includes(part)) &&
      (!inside || isInside(item, kind, inside)) &&
      hasProperties(item, by.properties as Record<string, Value> | undefined),
  );
  const found = named(fits, by.name).map(({ id }): Found => ({ kind, id }));
  if (found.length > 0 || quiet) return found;
  const wanted = by.name || by.nameContains;
  const message = `no ${kind}${type === "" ? "" : ` of type ${type}`}${wanted === "" ? "" : ` is named ${JSON.stringify(wanted)}`} ${by.withinId === "" ? "" : `within ${by.withinId} `}matches${hint(scope, wanted, kind === "element" ? ELEMENTS : RELATIONS)}`;
  return tell(scope, { code: "SELECTOR_NO_MATCH", message, path: scope.path });
}

const typeOf = (scope: OperationScope, kind: "element" | "relation", name: string): string | undefined =>
  (kind === "element" ? elementTypeOf : relationTypeOf)(scope, name, `${scope.path}.by_type.type`);

const all = ({ graph }: Workspace, kind: "element" | "relation"): Candidate[] =>
  kind === "element" ? [...graph.elements.values()] : [...graph.relations.values()];

/** Case counts only if something matches with it. */
function named(items: readonly Candidate[], wanted: string): readonly Candidate[] {
  if (wanted === "") return items;
  const name = collapsed(wanted);
  const alike = items.filter((item) => collapsed(item.name).toLowerCase() === name.toLowerCase());
  const exact = alike.filter((item) => collapsed(item.name) === name);
  return exact.length > 0 ? exact : alike;
}

const collapsed = (name: string): string => name.trim().replaceAll(/\s+/g, " ");

function hasProperties(item: Candidate, wanted: Record<string, Value> = {}): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const has = Object.hasOwn(item.properties, name) ? item.properties[name] : undefined;
    return sameValue(has ?? null, value);
  });
}

function isInside(item: Candidate, kind: "element" | "relation", inside: ReadonlySet<string>): boolean {
  if (kind === "element") return inside.has(item.id);
  const { parent, source, target } = item as Relation;
  return parent !== undefined ? inside.has(parent) : inside.has(source) && inside.has(target);
}

/** The element and all that it contains, however deep; of a lane what lies in it, of a pool what its process has. */
function descendants(ws: Workspace, root: string): Set<string> {
  const inside = new Set([root]);
  for (const id of inside) {
    const process = ws.graph.elements.get(id)?.properties["processRef"];
    if (typeof process === "string") inside.add(process);
    for (const child of ws.index.find("children", id)) inside.add(child);
    for (const other of ws.index.find("mentions", id))
      if (ws.graph.elements.get(other)?.properties["lane"] === id) inside.add(other);
  }
  ws.visit(inside.size);
  return inside;
}
