import type { Condition, FieldCondition } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { toJson } from "@bufbuild/protobuf";
import { ValueSchema } from "@bufbuild/protobuf/wkt";
import { sameValue } from "../../notation/graph-draft.ts";
import type { Value } from "../../notation/graph.ts";
import { ENDS, NAMED } from "./found.ts";
import { relationsAt } from "./match-neighbours.ts";
import { tell, within, type OperationScope } from "./operation-scope.ts";
import { readField } from "./read-field.ts";
import { describeItem, matches } from "./resolve-selector.ts";
import { relationTypeOf } from "./types.ts";

/** Notes a problem for each condition that does not hold. */
export function checkConditions(scope: OperationScope, conditions: readonly Condition[]): void {
  for (const [i, condition] of conditions.entries()) {
    const at = { ...scope, path: `${scope.path}[${i}]` };
    const known = scope.ws.problems.length;
    const wrong = unmet(at, condition);
    if (wrong === undefined || scope.ws.problems.length > known) continue;
    const message = condition.message === "" ? wrong : condition.message;
    tell(at, { code: "CONDITION_FAILED", message, path: at.path });
  }
}

/** What is not so; undefined when all is, or the condition itself has a problem. */
function unmet(scope: OperationScope, { condition: by }: Condition): string | undefined {
  const found = (selector: Parameters<typeof matches>[1], field: string) =>
    matches(within(scope, field), selector, NAMED, 1, true);
  switch (by.case) {
    case "exists":
      return found(by.value, "exists")?.length === 0 ? "nothing matches what has to exist" : undefined;
    case "absent": {
      const there = found(by.value, "absent") ?? [];
      const [first] = there;
      return first && `${describeItem(scope, first)} is there, and must not be`;
    }
    case "field":
      return unmetField(within(scope, "field"), by.value);
    case "count": {
      const count = found(by.value.selector, "count.selector")?.length;
      const { min, max } = by.value;
      if (count === undefined || (count >= min && (max === 0 || count <= max))) return undefined;
      return `${count} items match, and ${max === 0 ? `at least ${min}` : `${min} to ${max}`} have to`;
    }
    case "connected": {
      const at = within(scope, "connected");
      const { source, target, relationType } = by.value;
      const from = matches(within(at, "source"), source, ENDS, 1, true);
      const to = new Set(matches(within(at, "target"), target, ENDS, 1, true)?.map(({ id }) => id));
      const type = relationType === "" ? "" : relationTypeOf(at, relationType, `${at.path}.relation_type`);
      if (!from || type === undefined) return undefined;
      const connected = from
        .flatMap(({ id }) => relationsAt(scope.ws, id).filter((relation) => relation.source === id))
        .filter((relation) => to.has(relation.target) && (type === "" || relation.type === type));
      readConnected(at, connected);
      return connected.length === 0 ? "the two are not connected" : undefined;
    }
    default:
      return "the condition says nothing";
  }
}

function readConnected(scope: OperationScope, relations: readonly { id: string }[]): void {
  const ids = relations.map(({ id }) => id);
  scope.ws.reads.push({ kind: "selection", operationId: scope.operationId, path: scope.path, ids });
}

function unmetField(scope: OperationScope, { selector, field, equals }: FieldCondition): string | undefined {
  const found = matches(within(scope, "selector"), selector, NAMED, 1, true);
  if (!found) return undefined;
  if (found.length === 0) return "nothing matches what has to have the field";
  const wanted = equals && (toJson(ValueSchema, equals) as Value);
  for (const ref of found) {
    readField(scope, ref, field);
    const value = scope.ws.valueOf(ref, field);
    const holds = wanted === undefined ? isEmpty(value) : sameValue(value, wanted);
    if (!holds)
      return `${field} of ${describeItem(scope, ref)} is ${JSON.stringify(value) ?? "absent"}, not ${JSON.stringify(wanted) ?? "absent"}`;
  }
  return undefined;
}

const isEmpty = (value: Value | undefined): boolean => value === undefined || value === null || value === "";
