import { describe, expect, it } from "vitest";
import type { Rule } from "../../notation/notation.ts";
import { operations } from "../../testing/patches/operations.ts";
import { bigProcess, flow, orderProcess, task, toyGraph } from "../../testing/patches/toy-graphs.ts";
import { toyKit } from "../../testing/patches/toy-kit.ts";
import { compilePatch, type PatchInput } from "./index.ts";

type Json = Parameters<typeof operations>[number];

const compile = (each: readonly Json[], more: Partial<PatchInput> = {}) =>
  compilePatch({
    kit: toyKit(),
    graph: orderProcess(),
    operations: operations(...each.map((operation, i) => ({ id: `op${i}`, ...operation }))),
    seed: "seed",
    ...more,
  });
const A = { nodeId: "A" };

describe("a patch that is wrong", () => {
  it("is told everything that is, at once, with operation and path", () => {
    const { ok, problems } = compile([
      { addNode: { type: "usertsk", parent: { nodeId: "nowhere" } } },
      { connect: { source: { byType: { type: "task" } }, target: { nodeKey: "none" }, type: "floww" } },
      { move: { target: { nodeId: "P" }, parent: A } },
      { rename: { target: A, name: "fine" } },
      { updateNode: { target: { nodeId: "A_B" }, key: "k" } },
      { group: { targets: { nodeId: "A" }, type: "task" }, preConditions: [{ absent: A }] },
      { removeView: { viewId: "W" } },
      { connect: { source: { nodeId: "E" }, target: A } },
    ]);
    expect(ok).toBe(false);
    expect(problems.map(({ operationId, code, path }) => [operationId, code, path])).toEqual([
      ["op0", "UNKNOWN_TYPE", "operations[0].add_node.type"],
      ["op0", "SELECTOR_NO_MATCH", "operations[0].add_node.parent"],
      ["op1", "SELECTOR_AMBIGUOUS", "operations[1].connect.source"],
      ["op1", "SELECTOR_NO_MATCH", "operations[1].connect.target"],
      ["op1", "UNKNOWN_TYPE", "operations[1].connect.type"],
      ["op2", "MOVE_INTO_ITSELF", "operations[2].move.parent"],
      ["op4", "FIELD_NOT_APPLICABLE", "operations[4].update_node.key"],
      ["op5", "CONDITION_FAILED", "operations[5].pre_conditions[0]"],
      ["op6", "VIEW_NOT_FOUND", "operations[6].remove_view.view_id"],
      ["op7", "toy/start-and-end", undefined],
    ]);
  });

  it("leaves the model as it was wherever an operation is not possible", () => {
    const { graph, changes } = compile([
      { updateNode: { target: { byType: { type: "task" }, all: true }, name: "x", key: "twice" } },
    ]);
    expect(changes).toEqual([]);
    expect(graph).toEqual(orderProcess());
  });

  it("is refused for what the contract forbids, whoever calls", () => {
    const { problems } = compile([
      { addNode: { name: "x" } },
      { id: "not an id!", rename: { target: A, name: "y".repeat(1001) } },
      { rename: { name: "z" } },
      {},
    ]);
    expect(problems.map(({ code, path }) => [code, path])).toEqual([
      ["SCHEMA_VIOLATION", "operations[0].add_node.type"],
      ["SCHEMA_VIOLATION", "operations[1].id"],
      ["SCHEMA_VIOLATION", "operations[1].rename.name"],
      ["SCHEMA_VIOLATION", "operations[2].rename.target"],
      ["SCHEMA_VIOLATION", "operations[3].operation"],
    ]);
  });

  it("may not have an id twice, too many operations, or raw changes", () => {
    const rename = { rename: { target: A, name: "x" } };
    const codes = (each: readonly Json[]) => compile(each).problems.map(({ code }) => code);
    expect(
      codes([
        { id: "same", ...rename },
        { id: "same", ...rename },
      ]),
    ).toContain("OPERATION_ID_REUSED");
    expect(codes(Array.from({ length: 201 }, () => rename))).toContain("TOO_MANY_OPERATIONS");
    const change = {
      set: { ref: { kind: "ITEM_KIND_ELEMENT", id: "A" }, field: "name", from: "Check order" },
    };
    expect(codes([{ rawChanges: { changes: [change] } }])).toEqual(["RAW_CHANGES_REFUSED"]);
  });

  it("may not look at everything all the time, and is told so once", () => {
    const condition = (i: number) => ({ absent: { byType: { nameContains: `nobody ${i}` } } });
    const conditions = Array.from({ length: 20 }, (_, i) => condition(i));
    const each = Array.from({ length: 50 }, (_, i) => ({
      rename: { target: { nodeId: `T${i}` }, name: `x${i}` },
      preConditions: conditions,
    }));
    const graph = bigProcess(6_000);
    const few = compile(each.slice(0, 40), { graph });
    expect(few.problems.filter(({ code }) => code === "PATCH_TOO_COSTLY")).toEqual([]);
    const many = compile(each, { graph });
    expect(many.problems.map(({ code, operationId }) => [code, operationId])).toEqual([
      ["PATCH_TOO_COSTLY", "op41"],
    ]);
    expect(many.visited).toBeLessThan(5_000_000 + graph.elements.size);
  });

  it("is not told of rules that an operation with other problems may be there to satisfy", () => {
    const { problems } = compile([
      { addNode: { type: "gateway" } },
      { connect: { source: { createdBy: "op0" }, target: { nodeId: "none" } } },
    ]);
    expect(problems.map(({ code }) => code)).toEqual(["SELECTOR_NO_MATCH"]);
  });
});

describe("conditions", () => {
  const holds = (condition: Json, each: readonly Json[] = []) => {
    const checked = { rename: { target: A, name: "x" }, postConditions: [condition] };
    return compile([...each, checked]).ok;
  };

  it("are about what is there, what is not, fields, counts and connections", () => {
    const B = { nodeId: "B" };
    expect(holds({ exists: B })).toBe(true);
    expect(holds({ exists: { nodeId: "none" } })).toBe(false);
    expect(holds({ absent: { nodeKey: "none" } })).toBe(true);
    expect(holds({ absent: B })).toBe(false);
    expect(holds({ field: { selector: B, field: "type", equals: "userTask" } })).toBe(true);
    expect(holds({ field: { selector: B, field: "type", equals: "task" } })).toBe(false);
    expect(holds({ field: { selector: B, field: "documentation" } })).toBe(true);
    expect(holds({ field: { selector: B, field: "name" } })).toBe(false);
    expect(holds({ field: { selector: A, field: "properties.lane", equals: "L" } })).toBe(true);
    expect(holds({ count: { selector: { byType: { type: "task" } }, min: 2, max: 2 } })).toBe(true);
    expect(holds({ count: { selector: { byType: { type: "task" } }, min: 3 } })).toBe(false);
    expect(holds({ connected: { source: A, target: B, relationType: "flow" } })).toBe(true);
    expect(holds({ connected: { source: B, target: A } })).toBe(false);
  });

  it("afterwards are about the model after the whole patch, beforehand as the operation finds it", () => {
    const later = { exists: { byType: { name: "Later" } } };
    const rename = { rename: { target: A, name: "x" } };
    const add = { addNode: { type: "task", name: "Later" } };
    expect(compile([{ ...rename, postConditions: [later] }, add]).ok).toBe(true);
    expect(compile([{ ...rename, preConditions: [later] }, add]).ok).toBe(false);
    expect(compile([add, { ...rename, preConditions: [later] }]).ok).toBe(true);
  });

  it("say their own message, or what is not so", () => {
    const condition = { field: { selector: { nodeId: "B" }, field: "type", equals: "task" } };
    const told = (more: Json) =>
      compile([{ rename: { target: A, name: "x" }, preConditions: [{ ...condition, ...more }] }]).problems[0];
    expect(told({})?.message).toBe('type of B "Ship goods" (userTask) is "userTask", not "task"');
    expect(told({ message: "Somebody took it on" })?.message).toBe("Somebody took it on");
  });
});

describe("rules", () => {
  const broken = toyGraph(
    [
      task("P", "P", { type: "process" }),
      task("S", "S", { type: "startEvent" }),
      task("S2", "S2", { type: "startEvent" }),
      task("A", ""),
    ].map(({ parent, ...rest }) => (rest.id === "P" ? rest : { ...rest, parent: parent ?? "" })),
    [flow("wrong", "A", "S")],
  );

  it("that were broken before do not stop a patch that touches the same items", () => {
    const { ok, problems } = compile(
      [
        { rename: { target: { nodeId: "S" }, name: "Start" } },
        { addNode: { type: "task", name: "New", near: { nodeId: "S" } } },
        { updateNode: { target: { nodeId: "wrong" }, documentation: "Somebody look at this." } },
      ],
      { graph: broken },
    );
    expect(problems).toEqual([]);
    expect(ok).toBe(true);
  });

  it("stop a patch that makes it worse", () => {
    const { problems } = compile([{ addNode: { type: "startEvent", near: { nodeId: "S" } } }], {
      graph: broken,
    });
    expect(problems).toMatchObject([{ code: "toy/one-start", itemId: "P", operationId: "op0" }]);
  });

  it("of lower severity are told and stop nothing", () => {
    const { ok, problems } = compile([{ addNode: { type: "task" } }]);
    expect(ok).toBe(true);
    expect(problems).toMatchObject([{ severity: "warning", code: "toy/named", operationId: "op0" }]);
  });

  it("are judged after the whole patch, not on the way", () => {
    const gateway = { addNode: { type: "gateway" } };
    const connect = { connect: { source: { createdBy: "op0" }, target: A } };
    expect(compile([gateway]).problems).toMatchObject([{ code: "toy/task-flows", operationId: "op0" }]);
    expect(compile([gateway, connect]).ok).toBe(true);
  });

  it("of the tenant count as those of the notation do", () => {
    const rule: Rule = {
      id: "tenant/documented",
      severity: "error",
      says: "What is new is documented.",
      *check(graph, scope) {
        for (const id of scope ?? graph.elements.keys())
          if (graph.elements.get(id)?.documentation === "")
            yield {
              severity: "error",
              code: "tenant/documented",
              itemId: id,
              message: `${id} is not documented`,
            };
      },
    };
    const add = (documentation: string) =>
      compile([{ addNode: { type: "note", documentation } }], { extraRules: [rule] });
    expect(add("Because.").ok).toBe(true);
    expect(add("").problems).toMatchObject([{ code: "tenant/documented", operationId: "op0" }]);
  });

  it("are checked around what is touched, not over the whole of a big model", () => {
    const work = { items: 0 };
    const { ok } = compile(
      [
        { rename: { target: { nodeId: "T7" }, name: "x" } },
        { addNode: { type: "task", name: "y", near: { nodeId: "T1999" } } },
      ],
      { kit: toyKit(work), graph: bigProcess(2000) },
    );
    expect(ok).toBe(true);
    expect(work.items).toBeLessThan(100);
  });
});

describe("what a patch comes to", () => {
  it("sets a field once, and leaves out what came and went", () => {
    const { changes, origins, effects } = compile([
      { rename: { target: A, name: "one" } },
      { rename: { target: A, name: "two" } },
      { addNode: { type: "note", name: "gone" } },
      { removeNode: { target: { createdBy: "op2" } } },
    ]);
    expect(changes).toEqual([
      { op: "set", ref: { kind: "element", id: "A" }, field: "name", from: "Check order", to: "two" },
    ]);
    expect(origins).toEqual(["op1"]);
    expect(effects.map(({ operationId }) => operationId)).toEqual(["op0", "op1", "op2", "op3"]);
  });

  it("is the same each time", () => {
    const each: Json[] = [
      { addNode: { type: "task", name: "x", near: A } },
      { removeNode: { target: { nodeId: "C" } } },
    ];
    expect(compile(each).changes).toEqual(compile(each).changes);
  });

  it("says so where an operation changes nothing", () => {
    const { ok, problems, changes } = compile([{ rename: { target: A, name: "Check order" } }]);
    expect([ok, changes]).toEqual([true, []]);
    expect(problems).toMatchObject([{ severity: "info", code: "NO_EFFECT", operationId: "op0" }]);
  });

  it("names what operations read and write", () => {
    const { reads, writes } = compile([{ connect: { source: A, target: { nodeId: "C" } } }]);
    expect(reads).toMatchObject([
      { kind: "selection", operationId: "op0", path: "operations[0].connect.source", ids: ["A"] },
      { kind: "selection", operationId: "op0", path: "operations[0].connect.target", ids: ["C"] },
      { kind: "field", ref: { kind: "element", id: "A" }, field: "type", value: "task" },
      { kind: "field", ref: { kind: "element", id: "C" }, field: "type", value: "task" },
    ]);
    expect(writes.map(({ ref }) => ref.kind)).toEqual(["relation", "connection"]);
  });
});
