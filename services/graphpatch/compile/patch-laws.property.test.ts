import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Graph } from "../../notation/graph.ts";
import { operations } from "../../testing/patches/operations.ts";
import { possiblePart, processes, randomOperations } from "../../testing/patches/random-patches.ts";
import { toyKit } from "../../testing/patches/toy-kit.ts";
import { meaning, written } from "../../testing/patches/written-graph.ts";
import {
  compilePatch,
  findDependencies,
  hashGraph,
  inverseOperation,
  mergeBranches,
  rawOperation,
  rebasePatch,
  receiptFor,
  rejectOperations,
  type CompiledPatch,
} from "./index.ts";
import { integrityRule } from "./integrity-rule.ts";
import { isLayout } from "./item-key.ts";

const kit = toyKit();
const base = processes();
const SIZE = { minLength: 3, maxLength: 10 };

/** All that is wrong with the whole model, whoever brought it. */
const errorsIn = (graph: Graph) =>
  [integrityRule, ...kit.rules]
    .flatMap((rule) => [...rule.check(graph)])
    .filter(({ severity }) => severity === "error");

/** What was reviewed is what happens: the rebased patch is what a merge makes of the two, found another way. */
function expectMerged(a: CompiledPatch, b: CompiledPatch, rebased: CompiledPatch): void {
  const merge = mergeBranches(base, a.graph, b.graph);
  const merged = compilePatch({
    kit,
    graph: a.graph,
    operations: merge.changes.length === 0 ? [] : [rawOperation("merge", merge.changes)],
    seed: "merge",
    allowRawChanges: true,
  });
  expect(merge.conflicts.filter(({ ref }) => !isLayout(ref))).toEqual([]);
  expect(merged.problems.filter(({ severity }) => severity === "error")).toEqual([]);
  expect(hashGraph(meaning(rebased.graph))).toBe(hashGraph(meaning(merged.graph)));
  expect(errorsIn(rebased.graph)).toEqual([]);
}

const recompile = (compiled: CompiledPatch, ids: ReadonlySet<string>) =>
  compilePatch({
    ...compiled.input,
    operations: compiled.input.operations.filter(({ id }) => ids.has(id)),
  });

describe("patches", () => {
  it("bring no violation of a rule", () => {
    fc.assert(
      fc.property(randomOperations([0], SIZE, "a"), (drawn) => {
        const patch = possiblePart(base, drawn, "seed");
        expect(errorsIn(patch.graph)).toEqual([]);
      }),
    );
  });

  it("commute where they have nothing in common", () => {
    fc.assert(
      fc.property(randomOperations([0], SIZE, "a"), randomOperations([1, 2], SIZE, "b"), (one, two) => {
        const a = possiblePart(base, one, "seed a");
        const b = possiblePart(base, two, "seed b");
        const ba = rebasePatch({ compiled: b, theirs: a.changes, head: a.graph });
        const ab = rebasePatch({ compiled: a, theirs: b.changes, head: b.graph });
        expect([ba.conflicts, ab.conflicts]).toEqual([[], []]);
        expect([ba.ok, ab.ok]).toEqual([true, true]);
        expect(hashGraph(meaning(ba.compiled.graph))).toBe(hashGraph(meaning(ab.compiled.graph)));
      }),
    );
  });

  it("are taken back by their inverse, whatever they did, down to the order of items", () => {
    fc.assert(
      fc.property(randomOperations([0, 1], SIZE, "a"), (drawn) => {
        const patch = possiblePart(base, drawn, "seed");
        const inverse = compilePatch({
          kit,
          graph: patch.graph,
          operations: patch.changes.length === 0 ? [] : [inverseOperation(patch.changes)],
          seed: "inverse",
          allowRawChanges: true,
        });
        expect(inverse.problems.filter(({ severity }) => severity === "error")).toEqual([]);
        expect(hashGraph(inverse.graph)).toBe(hashGraph(base));
        expect(written(inverse.graph)).toBe(written(base));
      }),
    );
  });

  it("leave untouched what they do not name", () => {
    fc.assert(
      fc.property(randomOperations([0], SIZE, "a"), (drawn) => {
        const patch = possiblePart(base, drawn, "seed");
        const receipt = receiptFor(base, patch.graph, patch.changes);
        expect(receipt.untouchedAfter).toBe(receipt.untouchedBefore);
        expect(receipt.modelAfter === receipt.modelBefore).toBe(
          patch.changes.every(({ op }) => op === "move"),
        );
      }),
    );
  });

  it("do on a head that has moved what they did at their base, or say what conflicts", () => {
    const outcomes = { rebased: 0, stopped: 0 };
    fc.assert(
      fc.property(randomOperations([0], SIZE, "a"), randomOperations([0], SIZE, "b"), (one, two) => {
        const a = possiblePart(base, one, "seed a");
        const b = possiblePart(base, two, "seed b");
        const rebase = rebasePatch({ compiled: b, theirs: a.changes, head: a.graph });
        outcomes[rebase.ok ? "rebased" : "stopped"]++;
        const why = [...rebase.conflicts, ...rebase.compiled.problems];
        expect(rebase.ok || why.length > 0).toBe(true);
        if (rebase.ok) expectMerged(a, b, rebase.compiled);
      }),
      { numRuns: Number(process.env["AMEIDE_RUNS"] ?? 300) },
    );
    expect(Math.min(outcomes.rebased, outcomes.stopped)).toBeGreaterThan(3);
  });

  it("lose with a rejected operation exactly those that are not possible without it", () => {
    let dependants = 0;
    fc.assert(
      fc.property(randomOperations([0, 1], SIZE, "a"), fc.nat(9), (drawn, n) => {
        const patch = possiblePart(base, drawn, "seed");
        const ids = patch.input.operations.map(({ id }) => id);
        const rejected = ids[n % Math.max(ids.length, 1)];
        if (rejected === undefined) return;
        const { compiled, gone } = rejectOperations(patch, new Set([rejected]));
        dependants += gone.length;
        expect(compiled.ok).toBe(true);
        const left = new Set(compiled.input.operations.map(({ id }) => id));
        expect([...left, rejected, ...gone.map(({ operationId }) => operationId)].toSorted()).toEqual(
          ids.toSorted(),
        );
        for (const { operationId, becauseOf } of gone) {
          expect(becauseOf).toBe(rejected);
          expect(
            recompile(patch, new Set([...left, operationId])).ok,
            `${operationId} could have stayed`,
          ).toBe(false);
        }
        const told = findDependencies(patch).flatMap(({ operationId, dependsOn }) =>
          dependsOn.includes(rejected) ? [operationId] : [],
        );
        expect(told).toEqual(gone.map(({ operationId }) => operationId));
      }),
      { numRuns: Number(process.env["AMEIDE_RUNS"] ?? 200) },
    );
    expect(dependants).toBeGreaterThan(3);
  });
});

describe("every subset of a patch of twelve operations", () => {
  it("is valid, or refused with the operation and the reason", () => {
    const id = (nodeId: string) => ({ nodeId });
    const made = (createdBy: string) => ({ createdBy });
    const twelve = operations(
      { id: "add", addNode: { type: "gateway", name: "Credit?", near: id("T01") } },
      { id: "cut", disconnect: { relation: id("F02") } },
      { id: "in", connect: { source: id("T01"), target: made("add") } },
      { id: "out", connect: { source: made("add"), target: id("T02"), name: "yes" } },
      { id: "no", addNode: { type: "task", name: "Refuse", near: made("add") } },
      { id: "toNo", connect: { source: made("add"), target: made("no"), name: "no" } },
      { id: "end", connect: { source: made("no"), target: id("E0") } },
      { id: "rename", rename: { target: made("no"), name: "Refuse politely" } },
      { id: "drop", removeNode: { target: id("T04"), bridge: true } },
      { id: "group", group: { targets: id("T00"), type: "group", name: "First" } },
      { id: "start", removeNode: { target: id("S0") } },
      { id: "other", addNode: { type: "startEvent", name: "Mail", parent: id("P0") } },
    );
    const input = { kit, graph: base, seed: "twelve", withoutLayout: true };
    expect(compilePatch({ ...input, operations: twelve }).problems).toEqual([]);
    const refusals = new Map<string, number>();
    for (let bits = 0; bits < 1 << twelve.length; bits++) {
      const subset = twelve.filter((_, i) => bits & (1 << i));
      const compiled = compilePatch({ ...input, operations: subset });
      const errors = compiled.problems.filter(({ severity }) => severity === "error");
      expect(compiled.ok).toBe(errors.length === 0);
      for (const { operationId, code } of errors) {
        expect(subset.map((operation) => operation.id)).toContain(operationId);
        refusals.set(code, (refusals.get(code) ?? 0) + 1);
      }
      expect(compiled.ok && bits % 16 === 0 ? errorsIn(compiled.graph) : []).toEqual([]);
    }
    expect([...refusals.keys()].toSorted()).toEqual([
      "DEPENDS_ON_FAILED",
      "SELECTOR_NO_MATCH",
      "toy/one-start",
      "toy/task-flows",
    ]);
  });
});
