import {
  GraphOperationSchema,
  SelectorSchema,
  type GraphOperation,
  type Selector,
} from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { Lifecycle } from "@ameide/proto/ameide/model/v1/model_pb.js";
import { create, type JsonObject, type MessageInitShape } from "@bufbuild/protobuf";
import { z } from "zod";

/**
 * Graph operations as a model writes them: the same steps as in the contract, in few tokens. References are one string
 * each, and an operation needs an id only if another one refers to it.
 */

const LIFECYCLES = {
  none: Lifecycle.UNSPECIFIED,
  planned: Lifecycle.PLANNED,
  current: Lifecycle.CURRENT,
  retiring: Lifecycle.RETIRING,
  retired: Lifecycle.RETIRED,
} as const;

const ref = z.string().min(1).max(1024);

/** All fields of all operations: what a model is told, as a schema for each operation would cost it 1,000 tokens. */
export const compactOperation = z
  .strictObject({
    op: z.enum([
      "add_node",
      "remove_node",
      "update_node",
      "rename",
      "connect",
      "reconnect",
      "disconnect",
      "move",
      "set_lifecycle",
    ]),
    id: z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,64}$/)
      .optional(),
    target: ref.optional(),
    source: ref.optional(),
    relation: ref.optional(),
    type: z.string().min(1).max(128).optional(),
    name: z.string().max(1000).optional(),
    parent: ref.optional(),
    near: ref.optional(),
    before: ref.optional(),
    bridge: z.boolean().optional(),
    lifecycle: z.enum(["none", "planned", "current", "retiring", "retired"]).optional(),
    documentation: z.string().max(20_000).optional(),
    properties: z.record(z.string(), z.json()).optional(),
    rationale: z.string().max(2000).optional(),
  })
  .superRefine((given, context) => {
    for (const message of misfits(given)) context.addIssue({ code: "custom", message });
  });

/** Which fields each operation takes; "?" marks those that may be left out. In the words that a model is told. */
export const OPERATION_FIELDS = {
  add_node: "type name? parent? near? documentation? properties?",
  remove_node: "target bridge?",
  update_node: "target type? name? documentation? properties?",
  rename: "target name",
  connect: "source target type? name? properties?",
  reconnect: "relation source? target?",
  disconnect: "relation",
  move: "target parent? before?",
  set_lifecycle: "target lifecycle",
} as const;

/** Fields that any operation takes. */
const ALWAYS = new Set(["op", "id", "rationale"]);

function misfits(given: { op: keyof typeof OPERATION_FIELDS }): string[] {
  const fields = OPERATION_FIELDS[given.op].split(" ");
  const known = new Set(fields.map((field) => field.replace("?", "")));
  const missing = fields.filter((field) => !field.endsWith("?") && !(field in given));
  const foreign = Object.keys(given).filter((field) => !ALWAYS.has(field) && !known.has(field));
  return [
    ...missing.map((field) => `${given.op} needs ${field}`),
    ...foreign.map((field) => `${given.op} takes no ${field}; it takes ${OPERATION_FIELDS[given.op]}`),
  ];
}

/** An operation with the fields that it takes. */
type Fields = "target" | "source" | "relation" | "parent" | "near" | "before" | "type" | "name";
export type CompactOperation = { [F in Fields]?: string | undefined } & {
  op: keyof typeof OPERATION_FIELDS;
  id?: string | undefined;
  bridge?: boolean | undefined;
  lifecycle?: keyof typeof LIFECYCLES | undefined;
  documentation?: string | undefined;
  properties?: unknown;
  rationale?: string | undefined;
};

type Body = MessageInitShape<typeof GraphOperationSchema>["operation"];

/** As the contract has it; `position` names an operation that has no id. */
export function graphOperation(compact: CompactOperation, position: number): GraphOperation {
  const { id = String(position + 1), rationale = "" } = compact;
  return create(GraphOperationSchema, { id, rationale, operation: bodyOf(compact) });
}

function bodyOf(given: CompactOperation): NonNullable<Body> {
  const { type = "", name = "", documentation = "", bridge = false, lifecycle = "none" } = given;
  const target = selectorOf(given.target ?? "");
  switch (given.op) {
    case "add_node": {
      const value = { type, name, documentation, ...refs(given, "parent", "near"), ...propertiesOf(given) };
      return { case: "addNode", value };
    }
    case "remove_node":
      return { case: "removeNode", value: { target, bridge } };
    case "update_node": {
      const { type: newType, name: newName, documentation: newText } = given;
      const fields = defined({ type: newType, name: newName, documentation: newText });
      return { case: "updateNode", value: { target, ...fields, ...propertiesOf(given) } };
    }
    case "rename":
      return { case: "rename", value: { target, name } };
    case "connect": {
      const value = { ...refs(given, "source", "target"), type, name, ...propertiesOf(given) };
      return { case: "connect", value };
    }
    case "reconnect":
      return { case: "reconnect", value: refs(given, "relation", "source", "target") };
    case "disconnect": {
      const relations = { case: "relation" as const, value: selectorOf(given.relation ?? "") };
      return { case: "disconnect", value: { relations } };
    }
    case "move":
      return { case: "move", value: { target, ...refs(given, "parent", "before") } };
    case "set_lifecycle":
      return { case: "setLifecycle", value: { target, lifecycle: LIFECYCLES[lifecycle] } };
  }
}

/** "@a": what operation a creates; "name:…": by name; "key:…": by semantic key; anything else is an id. */
function selectorOf(text: string): Selector {
  if (text.startsWith("@"))
    return create(SelectorSchema, { selector: { case: "createdBy", value: text.slice(1) } });
  if (text.startsWith("name:"))
    return create(SelectorSchema, {
      selector: { case: "byType", value: { name: text.slice("name:".length).trim() } },
    });
  if (text.startsWith("key:"))
    return create(SelectorSchema, { selector: { case: "nodeKey", value: text.slice("key:".length).trim() } });
  return create(SelectorSchema, { selector: { case: "nodeId", value: text } });
}

function refs<F extends Fields>(given: CompactOperation, ...fields: F[]): Partial<Record<F, Selector>> {
  const found = fields.flatMap((field) => {
    const text = given[field];
    return text === undefined ? [] : [[field, selectorOf(text)] as const];
  });
  return Object.fromEntries(found) as Partial<Record<F, Selector>>;
}

const propertiesOf = (given: { properties?: unknown }) =>
  given.properties === undefined ? {} : { properties: given.properties as JsonObject };

const defined = <T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
