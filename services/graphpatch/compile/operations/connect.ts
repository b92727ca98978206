import type { JsonObject } from "@bufbuild/protobuf";
import type {
  Connect,
  Disconnect,
  Reconnect,
  Selector,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { relationParentOf, settleRelation } from "../containment.ts";
import { ENDS, RELATIONS, type Found } from "../found.ts";
import { MAX_MATCHES } from "../limits.ts";
import { newId } from "../new-ids.ts";
import { tell, within, type OperationScope } from "../operation-scope.ts";
import { readField } from "../read-field.ts";
import { relationsAt } from "../match-neighbours.ts";
import { removeItems } from "../remove-items.ts";
import { describeItem, resolveMany, resolveOne } from "../resolve-selector.ts";
import { relationTypeOf } from "../types.ts";
import { rerouteLines } from "../view-items.ts";
import { propertiesOf } from "./fields.ts";

export function connect(scope: OperationScope, op: Connect): void {
  const sources = resolveMany(within(scope, "source"), op.source, ENDS);
  const targets = resolveMany(within(scope, "target"), op.target, ENDS);
  const type = op.type === "" ? "" : relationTypeOf(scope, op.type, `${scope.path}.type`);
  if (!sources || !targets || type === undefined) return;
  if (sources.length * targets.length > MAX_MATCHES) {
    const message = `these would be ${sources.length * targets.length} relations, more than ${MAX_MATCHES}`;
    return tell(scope, { code: "SELECTOR_TOO_MANY", message, path: scope.path });
  }
  for (const source of sources)
    for (const target of targets) {
      const { name, documentation, properties, relationId } = op;
      addRelation(scope, { source, target, type, name, documentation, properties, relationId });
    }
}

export interface NewRelation {
  readonly source: Found;
  readonly target: Found;
  /** As the notation names it; empty: what is usual. */
  readonly type: string;
  readonly name: string;
  readonly documentation?: string;
  readonly properties?: JsonObject | undefined;
  readonly relationId?: string;
}

export function addRelation(scope: OperationScope, wanted: NewRelation, createdAs = scope.operationId): void {
  const { ws, operationId } = scope;
  const { source, target } = wanted;
  for (const end of [source, target]) readField(scope, end, "type");
  const type = wanted.type || ws.kit.vocabulary.usualRelation(ws.snapshot(), source.id, target.id);
  if (type === undefined) {
    const ends = [source, target].map((end) => describeItem(scope, end)).join(" to ");
    const message = `nothing usually connects ${ends}: give a type, or connect something else`;
    return tell(scope, {
      code: "CANNOT_CONNECT",
      message,
      relatedIds: [source.id, target.id],
      path: scope.path,
    });
  }
  const parent = relationParentOf(ws, type, source.id, target.id);
  const name = `${operationId} ${source.id} ${target.id}`;
  ws.create(
    {
      kind: "relation",
      value: {
        id: newId(ws.graph, ws.seed, name, type, wanted.relationId),
        type,
        name: wanted.name,
        source: source.id,
        target: target.id,
        ...(parent !== undefined && { parent }),
        documentation: wanted.documentation ?? "",
        properties: propertiesOf(wanted.properties),
      },
    },
    createdAs,
  );
}

export function disconnect(scope: OperationScope, op: Disconnect): void {
  const by = op.relations;
  if (by.case === "relation") {
    const relations = resolveMany(within(scope, "relation"), by.value, RELATIONS);
    if (relations) removeItems(scope.ws, relations as never);
    return;
  }
  if (by.case !== "between") {
    const message = "relation or between is needed";
    return tell(scope, { code: "SELECTOR_MISSING", message, path: scope.path });
  }
  const inside = within(scope, "between");
  const ends = bothEnds(inside, by.value.source, by.value.target);
  const type = by.value.type === "" ? "" : relationTypeOf(scope, by.value.type, `${inside.path}.type`);
  if (!ends || type === undefined) return;
  const [source, target] = ends;
  const between = relationsAt(scope.ws, source.id).filter(
    (relation) =>
      relation.source === source.id &&
      relation.target === target.id &&
      (type === "" || relation.type === type),
  );
  if (between.length === 0) {
    const message = `no relation leads from ${describeItem(scope, source)} to ${describeItem(scope, target)}`;
    return tell(scope, { code: "SELECTOR_NO_MATCH", message, path: inside.path });
  }
  removeItems(
    scope.ws,
    between.map(({ id }) => ({ kind: "relation", id })),
  );
}

function bothEnds(
  scope: OperationScope,
  source: Selector | undefined,
  target: Selector | undefined,
): [Found, Found] | undefined {
  const from = resolveOne(within(scope, "source"), source, ENDS);
  const to = resolveOne(within(scope, "target"), target, ENDS);
  return from && to && [from, to];
}

export function reconnect(scope: OperationScope, op: Reconnect): void {
  const relations = resolveMany(within(scope, "relation"), op.relation, RELATIONS);
  const source = op.source && resolveOne(within(scope, "source"), op.source, ENDS);
  const target = op.target && resolveOne(within(scope, "target"), op.target, ENDS);
  if (!op.source && !op.target) {
    const message = "source, target or both are needed";
    return tell(scope, { code: "SELECTOR_MISSING", message, path: scope.path });
  }
  if (!relations || (op.source && !source) || (op.target && !target)) return;
  for (const { id } of relations) {
    if (source) readField(scope, source, "type");
    if (target) readField(scope, target, "type");
    setEnds(scope, id, source?.id, target?.id);
  }
}

/** Another end, or both, of a relation, wherever it is drawn. */
export function setEnds(scope: OperationScope, id: string, source?: string, target?: string): void {
  const { ws } = scope;
  const ref = { kind: "relation", id } as const;
  if (source !== undefined) ws.set(ref, "source", source);
  if (target !== undefined) ws.set(ref, "target", target);
  settleRelation(ws, id);
  rerouteLines(ws, id);
}
