import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EVENT_CASES } from "../../../testing/models/bpmn-rule-cases/event-cases.ts";
import { FLOW_CASES } from "../../../testing/models/bpmn-rule-cases/flow-cases.ts";
import { RELATION_CASES } from "../../../testing/models/bpmn-rule-cases/relation-cases.ts";
import { graphOf } from "../../../testing/models/bpmn-rule-cases/rule-case.ts";
import { STRUCTURE_CASES } from "../../../testing/models/bpmn-rule-cases/structure-cases.ts";
import { bpmnCodec } from "../codec.ts";
import { BPMN_RULES } from "./bpmn-rules.ts";

const CASES = [...STRUCTURE_CASES, ...FLOW_CASES, ...EVENT_CASES, ...RELATION_CASES];
const KEPT = CASES.filter(({ about }) => about === undefined);
const BROKEN = CASES.flatMap(({ about, ...rest }) => (about === undefined ? [] : [{ about, ...rest }]));

const ruleOf = (name: string) => {
  const rule = BPMN_RULES.find(({ id }) => id === `bpmn/${name}`);
  if (!rule) throw new Error(`there is no rule bpmn/${name}`);
  return rule;
};

describe("the rules of BPMN", () => {
  it.each(KEPT)("$rule is kept: $because", ({ rule, elements = [], relations = [] }) => {
    expect([...ruleOf(rule).check(graphOf(elements, relations))]).toEqual([]);
  });

  it.each(BROKEN)("$rule is broken: $because", ({ rule, elements = [], relations = [], about }) => {
    const graph = graphOf(elements, relations);
    const { id, severity } = ruleOf(rule);
    const found = [...ruleOf(rule).check(graph)];
    expect(found.map(({ itemId }) => itemId)).toContain(about);
    expect(found.every((problem) => problem.code === id && problem.severity === severity)).toBe(true);
    const scope = new Set([about, ...found.flatMap(({ relatedIds = [] }) => relatedIds)]);
    expect([...ruleOf(rule).check(graph, scope)].map(({ itemId }) => itemId)).toContain(about);
  });

  it("have a case that keeps them and one that breaks them", () => {
    const ids = BPMN_RULES.map(({ id }) => id).toSorted();
    const idsIn = (cases: readonly { rule: string }[]) => [
      ...new Set(cases.map(({ rule }) => `bpmn/${rule}`)),
    ];
    expect(idsIn(KEPT).toSorted()).toEqual(ids);
    // A model without a collaboration is not made of the base: it is tried below.
    expect([...idsIn(BROKEN), "bpmn/relation-has-place"].toSorted()).toEqual(ids);
  });

  it("relation-has-place: message flows need a collaboration", () => {
    const graph = graphOf([], [["m", "messageFlow", "task", "far"]]);
    const elements = new Map([...graph.elements].filter(([, { type }]) => type !== "collaboration"));
    expect(
      [...ruleOf("relation-has-place").check({ ...graph, elements })].map(({ itemId }) => itemId),
    ).toEqual(["m"]);
  });

  it("are in the docs, in the same words", () => {
    const docs = readFileSync(join(import.meta.dirname, "../../../../docs/bpmn.md"), "utf8");
    for (const { id, severity, says } of BPMN_RULES)
      expect(docs).toContain(`| \`${id}\` | ${severity} | ${says} |`);
  });

  it("find nothing wrong with a sound model", () => {
    const { graph } = bpmnCodec.read(
      readFileSync(join(import.meta.dirname, "../models/order-handling.bpmn")),
    );
    expect(BPMN_RULES.flatMap((rule) => [...rule.check(graph)])).toEqual([]);
  });

  it("say what to do where something stands in the wrong place", () => {
    const [lane] = ruleOf("containment").check(graphOf([["x", "task", "L"]], []));
    expect(lane?.message).toContain("set its property lane to L");
    const [pool] = ruleOf("containment").check(graphOf([["x", "task", "PoolP"]], []));
    expect(pool?.message).toContain("its process P");
  });
});
