import type { Selector } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { fieldsOf } from "../../notation/graph-draft.ts";
import { ELEMENTS, ENDS, type Found, type Kinds } from "./found.ts";
import { MAX_MATCHES, MAX_SELECTOR_DEPTH, MAX_VISITS } from "./limits.ts";
import { matchCreated, matchId, matchKey } from "./match-id.ts";
import { matchNeighbours, matchPath, type Resolvers } from "./match-neighbours.ts";
import { matchType } from "./match-type.ts";
import { tell, type OperationScope } from "./operation-scope.ts";

/** The one item that is meant; undefined when a problem was noted. */
export function resolveOne(
  scope: OperationScope,
  selector: Selector | undefined,
  kinds: Kinds = ELEMENTS,
  depth = 1,
): Found | undefined {
  const found = matches(scope, selector, kinds, depth);
  if (!found) return undefined;
  if (found.length === 1) return found[0];
  return found.length === 0
    ? tell(scope, { code: "SELECTOR_NO_MATCH", message: "nothing matches the selector", path: scope.path })
    : ambiguous(scope, found);
}

/** All that is meant: with `all` any number, otherwise one. Undefined when a problem was noted. */
export function resolveMany(
  scope: OperationScope,
  selector: Selector | undefined,
  kinds: Kinds = ELEMENTS,
  depth = 1,
): Found[] | undefined {
  if (selector?.all) return matches(scope, selector, kinds, depth);
  const one = resolveOne(scope, selector, kinds, depth);
  return one && [one];
}

/** What matches, as if `all` were set: for conditions. Undefined when the selector itself is wrong. */
export function matches(
  scope: OperationScope,
  selector: Selector | undefined,
  kinds: Kinds,
  depth = 1,
  quiet = false,
): Found[] | undefined {
  if (depth > MAX_SELECTOR_DEPTH) {
    const message = `selectors are nested more than ${MAX_SELECTOR_DEPTH} deep`;
    return tell(scope, { code: "SELECTOR_TOO_DEEP", message, path: scope.path });
  }
  if (scope.ws.isSpent) return undefined;
  const found = search(scope, selector, kinds, depth, quiet || selector?.all === true);
  if (!found) return undefined;
  scope.ws.visit(found.length);
  if (scope.ws.isSpent) return tooCostly(scope);
  if (found.length > MAX_MATCHES) {
    const message = `${found.length} items match, more than ${MAX_MATCHES}: narrow the selector`;
    return tell(scope, { code: "SELECTOR_TOO_MANY", message, path: scope.path });
  }
  scope.ws.reads.push({
    kind: "selection",
    operationId: scope.operationId,
    path: scope.path,
    ids: found.map(({ id }) => id),
  });
  return found;
}

/** Told once: nothing more is looked for. */
function tooCostly(scope: OperationScope): undefined {
  const message = `the patch looks at more than ${MAX_VISITS} items; name items by their ids or keys, or make several patches`;
  return tell(scope, { code: "PATCH_TOO_COSTLY", message, path: scope.path });
}

function search(
  scope: OperationScope,
  selector: Selector | undefined,
  kinds: Kinds,
  depth: number,
  quiet: boolean,
): Found[] | undefined {
  const by = selector?.selector;
  switch (by?.case) {
    case "nodeId":
      return matchId(scope, by.value, kinds, quiet);
    case "nodeKey":
      return matchKey(scope, by.value, quiet);
    case "byType":
      return matchType(scope, by.value, kinds, quiet);
    case "byNeighbor":
      return matchNeighbours(scope, by.value, resolvers(depth));
    case "byPath":
      return matchPath(scope, by.value, resolvers(depth));
    case "createdBy":
      return matchCreated(scope, by.value, kinds);
    default: {
      const message = "a selector is needed: node_id, node_key, by_type, by_neighbor, by_path or created_by";
      return tell(scope, { code: "SELECTOR_MISSING", message, path: scope.path });
    }
  }
}

/** For selectors within selectors. */
const resolvers = (depth: number): Resolvers => ({
  one: (scope, selector) => resolveOne(scope, selector, ENDS, depth + 1),
  many: (scope, selector) => resolveMany(scope, selector, ENDS, depth + 1),
});

const MOST_CANDIDATES = 10;

function ambiguous(scope: OperationScope, found: readonly Found[]): undefined {
  const shown = found.slice(0, MOST_CANDIDATES).map((ref) => describeItem(scope, ref));
  const more = found.length > shown.length ? ` and ${found.length - shown.length} more` : "";
  return tell(scope, {
    code: "SELECTOR_AMBIGUOUS",
    message: `${found.length} items match: ${shown.join(", ")}${more}; name one by its id, or set "all"`,
    relatedIds: found.slice(0, MOST_CANDIDATES).map(({ id }) => id),
    path: scope.path,
  });
}

/** As people and agents read it: Task_1 "Check order" (userTask). */
export function describeItem({ ws }: OperationScope, ref: Found): string {
  const { name = "", type = "" } = (fieldsOf(ws.graph, ref) ?? {}) as { name?: string; type?: string };
  return `${ref.id}${name === "" ? "" : ` ${JSON.stringify(name)}`}${type === "" ? "" : ` (${type})`}`;
}
