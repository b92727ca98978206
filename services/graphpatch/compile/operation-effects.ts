import type { ItemRef } from "../../notation/change.ts";
import type { OperationEffect, Write } from "./compiled-patch.ts";
import { isLayout, refKey, refOfChange } from "./item-key.ts";
import type { LoggedChange } from "./workspace.ts";

/** What each operation does, in its turn. */
export function operationEffects(
  operationIds: readonly string[],
  log: readonly LoggedChange[],
): OperationEffect[] {
  const byOperation = Map.groupBy(log, ({ operationId }) => operationId);
  return operationIds.map((operationId) => effectOf(operationId, byOperation.get(operationId) ?? []));
}

function effectOf(operationId: string, log: readonly LoggedChange[]): OperationEffect {
  const added = new Map<string, ItemRef>();
  const removed = new Map<string, ItemRef>();
  const changed = new Map<string, ItemRef>();
  for (const { change } of log) {
    const ref = refOfChange(change);
    const key = refKey(ref);
    if (change.op === "add") added.set(key, ref);
    else if (change.op !== "remove") changed.set(key, ref);
    else if (!added.delete(key)) removed.set(key, ref);
  }
  for (const key of changed.keys()) if (added.has(key) || removed.has(key)) changed.delete(key);
  const all = [...added.values(), ...removed.values(), ...changed.values()];
  return {
    operationId,
    added: [...added.values()],
    removed: [...removed.values()],
    changed: [...changed.values()],
    layoutOnly: all.length > 0 && all.every(isLayout),
  };
}

/** Everything that operations write, each once. */
export function writesOf(log: readonly LoggedChange[]): Write[] {
  const writes = new Map<string, Write>();
  for (const { operationId, change } of log) {
    const ref = refOfChange(change);
    const field = change.op === "set" ? change.field : undefined;
    const key = `${operationId} ${refKey(ref)} ${field ?? ""}`;
    writes.set(key, { operationId, ref, ...(field !== undefined && { field }) });
  }
  return [...writes.values()];
}
