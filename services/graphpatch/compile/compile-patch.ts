import type { Problem } from "../../notation/problem.ts";
import { applyOperation } from "./apply-operation.ts";
import { checkConditions } from "./check-conditions.ts";
import { broughtViolations } from "./check-rules.ts";
import type { CompiledPatch, PatchInput } from "./compiled-patch.ts";
import { MAX_OPERATIONS } from "./limits.ts";
import { netChanges, type NetChanges } from "./net-changes.ts";
import { operationEffects, writesOf } from "./operation-effects.ts";
import { placeNewItems } from "./place-new-items.ts";
import { validateOperations } from "./validate-operations.ts";
import { Workspace } from "./workspace.ts";

/** What the operations come to on the graph, with every problem there is. Pure. */
export function compilePatch(input: PatchInput): CompiledPatch {
  const { kit, graph, operations, seed } = input;
  const ws = new Workspace(kit, graph, seed);
  const { problems, invalid } = validateOperations(operations, input.allowRawChanges ?? false);
  ws.problems.push(...problems);
  for (const [index, operation] of operations.slice(0, MAX_OPERATIONS).entries()) {
    if (invalid.has(index) || ws.isSpent) ws.failed.add(operation.id);
    else applyOperation(ws, operation, index);
  }
  if (!input.withoutLayout) placeNewItems(ws, operations);
  const net = netChanges(graph, ws.graph, ws.log);
  if (!ws.isSpent) ws.problems.push(...violationsOf(ws, input, net));
  checkPostConditions(ws, input);
  return {
    input,
    ok: !ws.problems.some(({ severity }) => severity === "error"),
    problems: ws.problems,
    ...net,
    effects: operationEffects(
      operations.map(({ id }) => id),
      ws.log,
    ),
    created: ws.created,
    reads: ws.reads,
    visited: ws.visited,
    writes: writesOf(ws.log),
  };
}

function violationsOf(ws: Workspace, input: PatchInput, net: NetChanges): Problem[] {
  const violations = broughtViolations(ws, {
    before: input.graph,
    after: net.graph,
    changes: net.changes,
    origins: net.origins,
    extraRules: input.extraRules ?? [],
    alsoCheck: input.alsoCheck,
  });
  return ws.failed.size === 0 ? violations : violations.filter((violation) => !couldBeCured(ws, violation));
}

/** Whether an operation that failed was about the same items: done, it might have made the violation go away. */
function couldBeCured(ws: Workspace, { itemId = "", relatedIds = [] }: Problem): boolean {
  const concerned = new Set([itemId, ...relatedIds]);
  return ws.reads.some(
    (read) =>
      ws.failed.has(read.operationId) &&
      read.kind === "selection" &&
      read.ids.some((id) => concerned.has(id)),
  );
}

function checkPostConditions(ws: Workspace, { operations }: PatchInput): void {
  for (const [index, { id, postConditions }] of operations.entries()) {
    if (postConditions.length === 0 || ws.failed.has(id)) continue;
    checkConditions({ ws, operationId: id, path: `operations[${index}].post_conditions` }, postConditions);
  }
}
