import {
  ElementSchema,
  ItemKind,
  ItemRefSchema,
  Lifecycle as LifecycleCode,
  ModelChangeSchema,
  ModelItemSchema,
  RelationSchema,
  Severity,
  ViewConnectionSchema,
  ViewNodeSchema,
  ViewSchema,
  type Bounds as BoundsMessage,
  type Diagnostic,
  type Element as ElementMessage,
  type ItemRef as ItemRefMessage,
  type ModelChange,
  type ModelItem,
  type Relation as RelationMessage,
  type View as ViewMessage,
  type ViewConnection as ViewConnectionMessage,
  type ViewNode as ViewNodeMessage,
  DiagnosticSchema,
} from "@ameide/proto/ameide/model/v1/model_pb.js";
import { create, fromJson, toJson, type JsonObject } from "@bufbuild/protobuf";
import { ValueSchema, type Value as ValueMessage } from "@bufbuild/protobuf/wkt";
import type { Change, Item, ItemRef } from "./change.ts";
import type {
  Bounds,
  Element,
  Lifecycle,
  Properties,
  Relation,
  Value,
  View,
  ViewConnection,
  ViewNode,
} from "./graph.ts";
import type { Problem } from "./problem.ts";

/** Between the graph and the messages of `ameide.model.v1`. What is empty on the wire is absent in the graph. */

const CODE_OF_LIFECYCLE: Record<Lifecycle, LifecycleCode> = {
  planned: LifecycleCode.PLANNED,
  current: LifecycleCode.CURRENT,
  retiring: LifecycleCode.RETIRING,
  retired: LifecycleCode.RETIRED,
};
const LIFECYCLE_OF_CODE = new Map(
  Object.entries(CODE_OF_LIFECYCLE).map(([name, code]) => [code, name as Lifecycle]),
);

export const lifecycleFromMessage = (code: LifecycleCode): Lifecycle | undefined =>
  LIFECYCLE_OF_CODE.get(code);

const propertiesMessage = (properties: Properties): JsonObject => properties as unknown as JsonObject;
const propertiesFrom = (properties: JsonObject | undefined): Properties =>
  (properties ?? {}) as unknown as Properties;

export function elementMessage({ parent = "", key = "", lifecycle, ...element }: Element): ElementMessage {
  return create(ElementSchema, {
    ...element,
    key,
    parentId: parent,
    lifecycle: lifecycle ? CODE_OF_LIFECYCLE[lifecycle] : LifecycleCode.UNSPECIFIED,
    properties: propertiesMessage(element.properties),
  });
}

export function elementFromMessage(message: ElementMessage): Element {
  const { id, type, name, documentation, key, parentId } = message;
  const lifecycle = lifecycleFromMessage(message.lifecycle);
  return {
    id,
    type,
    name,
    documentation,
    properties: propertiesFrom(message.properties),
    ...(key !== "" && { key }),
    ...(parentId !== "" && { parent: parentId }),
    ...(lifecycle && { lifecycle }),
  };
}

export function relationMessage({ parent = "", source, target, ...relation }: Relation): RelationMessage {
  return create(RelationSchema, {
    ...relation,
    sourceId: source,
    targetId: target,
    parentId: parent,
    properties: propertiesMessage(relation.properties),
  });
}

export function relationFromMessage(message: RelationMessage): Relation {
  const { id, type, name, documentation, sourceId, targetId, parentId } = message;
  return {
    id,
    type,
    name,
    documentation,
    source: sourceId,
    target: targetId,
    properties: propertiesFrom(message.properties),
    ...(parentId !== "" && { parent: parentId }),
  };
}

export function viewMessage({ nodes, connections, element = "", ...view }: View): ViewMessage {
  return create(ViewSchema, {
    ...view,
    elementId: element,
    properties: propertiesMessage(view.properties),
    nodes: [...nodes.values()].map(viewNodeMessage),
    connections: [...connections.values()].map(viewConnectionMessage),
  });
}

export function viewFromMessage(message: ViewMessage): View {
  const { id, type, name, documentation, elementId } = message;
  const nodes = message.nodes.map(viewNodeFromMessage);
  const connections = message.connections.map(viewConnectionFromMessage);
  return {
    id,
    type,
    name,
    documentation,
    properties: propertiesFrom(message.properties),
    ...(elementId !== "" && { element: elementId }),
    nodes: new Map(nodes.map((node) => [node.id, node])),
    connections: new Map(connections.map((connection) => [connection.id, connection])),
  };
}

export function viewNodeMessage({ element = "", parent = "", ...node }: ViewNode): ViewNodeMessage {
  const properties = propertiesMessage(node.properties);
  return create(ViewNodeSchema, { ...node, elementId: element, parentId: parent, properties });
}

export function viewNodeFromMessage(message: ViewNodeMessage): ViewNode {
  const { id, elementId, parentId, bounds, label } = message;
  return {
    id,
    properties: propertiesFrom(message.properties),
    ...(elementId !== "" && { element: elementId }),
    ...(parentId !== "" && { parent: parentId }),
    ...(bounds && { bounds: boundsFrom(bounds) }),
    ...(label && { label: boundsFrom(label) }),
  };
}

export function viewConnectionMessage(connection: ViewConnection): ViewConnectionMessage {
  const { relation = "", source = "", target = "", waypoints, ...rest } = connection;
  return create(ViewConnectionSchema, {
    ...rest,
    relationId: relation,
    sourceId: source,
    targetId: target,
    waypoints: waypoints.map(({ x, y }) => ({ x, y })),
    properties: propertiesMessage(connection.properties),
  });
}

export function viewConnectionFromMessage(message: ViewConnectionMessage): ViewConnection {
  const { id, relationId, sourceId, targetId, label, waypoints } = message;
  return {
    id,
    waypoints: waypoints.map(({ x, y }) => ({ x, y })),
    properties: propertiesFrom(message.properties),
    ...(relationId !== "" && { relation: relationId }),
    ...(sourceId !== "" && { source: sourceId }),
    ...(targetId !== "" && { target: targetId }),
    ...(label && { label: boundsFrom(label) }),
  };
}

const boundsFrom = ({ x, y, width, height }: BoundsMessage): Bounds => ({ x, y, width, height });

const KIND_CODES = {
  model: ItemKind.MODEL,
  element: ItemKind.ELEMENT,
  relation: ItemKind.RELATION,
  view: ItemKind.VIEW,
  node: ItemKind.NODE,
  connection: ItemKind.CONNECTION,
} as const;
const KIND_OF_CODE = new Map(
  Object.entries(KIND_CODES).map(([kind, code]) => [code as ItemKind, kind as ItemRef["kind"]]),
);

export function itemRefMessage(ref: ItemRef): ItemRefMessage {
  return create(ItemRefSchema, {
    kind: KIND_CODES[ref.kind],
    id: "id" in ref ? ref.id : "",
    viewId: "viewId" in ref ? ref.viewId : "",
  });
}

export function itemRefFromMessage(message: ItemRefMessage | undefined): ItemRef {
  const kind = message && KIND_OF_CODE.get(message.kind);
  if (!kind) throw new TypeError("a reference without a kind");
  const { id, viewId } = message;
  if (kind === "model") return { kind };
  return kind === "node" || kind === "connection" ? { kind, viewId, id } : { kind, id };
}

export function itemMessage(item: Item): ModelItem {
  switch (item.kind) {
    case "element":
      return create(ModelItemSchema, { item: { case: "element", value: elementMessage(item.value) } });
    case "relation":
      return create(ModelItemSchema, { item: { case: "relation", value: relationMessage(item.value) } });
    case "view": {
      const { nodes: _nodes, connections: _connections, ...view } = item.value;
      const value = viewMessage({ ...view, nodes: new Map(), connections: new Map() });
      return create(ModelItemSchema, { item: { case: "view", value } });
    }
    case "node": {
      const value = viewNodeMessage(item.value);
      return create(ModelItemSchema, { item: { case: "node", value }, viewId: item.viewId });
    }
    case "connection": {
      const value = viewConnectionMessage(item.value);
      return create(ModelItemSchema, { item: { case: "connection", value }, viewId: item.viewId });
    }
  }
}

export function itemFromMessage(message: ModelItem | undefined): Item {
  const viewId = message?.viewId ?? "";
  switch (message?.item.case) {
    case "element":
      return { kind: "element", value: elementFromMessage(message.item.value) };
    case "relation":
      return { kind: "relation", value: relationFromMessage(message.item.value) };
    case "view":
      return { kind: "view", value: viewFromMessage(message.item.value) };
    case "node":
      return { kind: "node", viewId, value: viewNodeFromMessage(message.item.value) };
    case "connection":
      return { kind: "connection", viewId, value: viewConnectionFromMessage(message.item.value) };
    default:
      throw new TypeError("a change without an item");
  }
}

const valueMessage = (value: Value | undefined): ValueMessage | undefined =>
  value === undefined ? undefined : fromJson(ValueSchema, value as never);
const valueFrom = (message: ValueMessage | undefined): Value | undefined =>
  message && (toJson(ValueSchema, message) as Value);

export function changeMessage(change: Change): ModelChange {
  switch (change.op) {
    case "add":
    case "remove": {
      const value = { item: itemMessage(change.item), beforeId: change.before ?? "" };
      return create(ModelChangeSchema, {
        change: change.op === "add" ? { case: "added", value } : { case: "removed", value },
      });
    }
    case "set": {
      const [from, to] = [valueMessage(change.from), valueMessage(change.to)];
      const value = {
        ref: itemRefMessage(change.ref),
        field: change.field,
        ...(from && { from }),
        ...(to && { to }),
      };
      return create(ModelChangeSchema, { change: { case: "set", value } });
    }
    case "move": {
      const { ref, from = "", to = "" } = change;
      const value = { ref: itemRefMessage(ref), fromBeforeId: from, toBeforeId: to };
      return create(ModelChangeSchema, { change: { case: "moved", value } });
    }
  }
}

export function changeFromMessage({ change }: ModelChange): Change {
  switch (change.case) {
    case "added":
      return { op: "add", item: itemFromMessage(change.value.item), ...beforeOf(change.value) };
    case "removed":
      return { op: "remove", item: itemFromMessage(change.value.item), ...beforeOf(change.value) };
    case "set": {
      const { ref, field, from, to } = change.value;
      return { op: "set", ref: itemRefFromMessage(ref), field, from: valueFrom(from), to: valueFrom(to) };
    }
    case "moved": {
      const { ref, fromBeforeId: from, toBeforeId: to } = change.value;
      const ends = { ...(from !== "" && { from }), ...(to !== "" && { to }) };
      return { op: "move", ref: itemRefFromMessage(ref), ...ends };
    }
    case undefined:
      throw new TypeError("a change of no kind");
  }
}

const beforeOf = ({ beforeId }: { beforeId: string }) => (beforeId === "" ? {} : { before: beforeId });

const SEVERITIES = { error: Severity.ERROR, warning: Severity.WARNING, info: Severity.INFO } as const;

export function diagnosticMessage(problem: Problem): Diagnostic {
  const { severity, itemId = "", relatedIds = [], operationId = "", ...rest } = problem;
  return create(DiagnosticSchema, {
    ...rest,
    severity: SEVERITIES[severity],
    itemId,
    relatedIds: [...relatedIds],
    operationId,
  });
}
