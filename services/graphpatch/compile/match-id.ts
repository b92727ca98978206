import { nearMisses } from "./near-misses.ts";
import { tell, type OperationScope } from "./operation-scope.ts";
import type { Found, Kinds } from "./found.ts";

const MODEL_KINDS = ["element", "relation", "view"] as const;

export function matchId(
  scope: OperationScope,
  id: string,
  kinds: Kinds,
  quiet: boolean,
): Found[] | undefined {
  const { ws, path } = scope;
  const there = MODEL_KINDS.filter((kind) => ws.has({ kind, id }));
  const [kind] = there.filter((each) => kinds.has(each));
  if (kind) return [{ kind, id }];
  if (quiet) return [];
  if (there[0]) {
    const message = `${id} is ${article(there[0])}, and ${[...kinds].map(article).join(" or ")} is needed here`;
    return tell(scope, { code: "SELECTOR_WRONG_KIND", message, itemId: id, path });
  }
  if (ws.created.has(id) || ws.failed.has(id)) {
    const message = `no item has the id ${id}; for what the operation ${id} creates use created_by`;
    return tell(scope, { code: "SELECTOR_NO_MATCH", message, path });
  }
  return tell(scope, {
    code: "SELECTOR_NO_MATCH",
    message: `no item has the id ${JSON.stringify(id)}${hint(scope, id, kinds)}`,
    path,
  });
}

export function matchKey(scope: OperationScope, key: string, quiet: boolean): Found[] | undefined {
  const { ws, path } = scope;
  const ids = ws.index.find("elementsWithKey", key);
  if (ids.length > 0 || quiet) return ids.map((id) => ({ kind: "element", id }));
  const keyed = (ws.mayHint() ? [...ws.graph.elements.values()] : []).flatMap((element) =>
    element.key === undefined ? [] : [{ id: element.id, name: element.key }],
  );
  const near = nearMisses(key, keyed).map((item) => JSON.stringify(item.name));
  const message = `no element has the key ${JSON.stringify(key)}${meant(near)}`;
  return tell(scope, { code: "SELECTOR_NO_MATCH", message, path });
}

export function matchCreated(scope: OperationScope, name: string, kinds: Kinds): Found[] | undefined {
  const { ws, operationId, path } = scope;
  const exact = ws.created.get(name);
  const refs = exact ?? [...ws.created].flatMap(([each, made]) => (each.startsWith(`${name}.`) ? made : []));
  if (refs.length > 0) {
    const fit = refs.filter((ref): ref is Found => kinds.has(ref.kind) && ws.has(ref));
    if (fit.length > 0) return fit;
    const message = `what ${name} creates is gone, or not what is needed here (${[...kinds].join(", ")})`;
    return tell(scope, { code: "SELECTOR_WRONG_KIND", message, path });
  }
  if (name === operationId) {
    return tell(scope, { code: "SELECTOR_NO_MATCH", message: "an operation cannot refer to itself", path });
  }
  const [first = ""] = name.split(".");
  if (ws.failed.has(name) || ws.failed.has(first)) {
    const message = `the operation ${name} is to create it, and has problems of its own`;
    return tell(scope, { code: "DEPENDS_ON_FAILED", message, path });
  }
  const known = nearMisses(
    name,
    [...ws.created.keys()].map((id) => ({ id, name: id })),
  );
  const message = `no earlier operation ${JSON.stringify(name)} creates anything${meant(known.map(({ id }) => id))}`;
  return tell(scope, { code: "SELECTOR_NO_MATCH", message, path });
}

/** What was perhaps meant by an id or a name. */
export function hint({ ws }: OperationScope, wanted: string, kinds: Kinds): string {
  if (wanted === "" || !ws.mayHint()) return "";
  const { elements, relations, views } = ws.graph;
  const items = [
    ...(kinds.has("element") ? elements.values() : []),
    ...(kinds.has("relation") ? relations.values() : []),
    ...(kinds.has("view") ? views.values() : []),
  ];
  return meant(
    nearMisses(wanted, items).map(({ id, name }) => (name === "" ? id : `${id} ${JSON.stringify(name)}`)),
  );
}

const meant = (candidates: readonly string[]): string =>
  candidates.length === 0 ? "" : `; perhaps ${candidates.join(" or ")}`;

const article = (kind: string): string => (/^[aeiou]/.test(kind) ? `an ${kind}` : `a ${kind}`);
