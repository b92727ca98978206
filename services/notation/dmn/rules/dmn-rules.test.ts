import { describe, expect, it } from "vitest";
import { DISHES, LOANS, MISTAKES } from "../../../testing/models/dmn-files.ts";
import { DMN_RULE_CASES as CASES } from "../../../testing/models/dmn-rule-cases.ts";
import { offenders, smallGraph } from "../../../testing/small-graph.ts";
import { dmnCodec } from "../dmn-codec.ts";
import { dmnRules } from "./dmn-rules.ts";

describe.each(dmnRules.map(({ id, says }) => [id, says] as const))("%s: %s", (rule) => {
  const cases = CASES.filter((one) => one.rule === rule);

  it.each(cases.map((one) => [one.offenders.length === 0 ? "allows" : "finds", one.what, one] as const))(
    "%s %s",
    (_, __, { elements, relations, offenders: expected }) => {
      expect(offenders(dmnRules, rule, smallGraph("dmn", elements, relations))).toEqual(expected);
    },
  );

  it("has a valid and an invalid case, and finds in the scope of an offender what it finds in the whole model", () => {
    expect(cases.map((one) => one.offenders.length > 0).toSorted()).toEqual([false, true]);
    for (const { elements, relations, offenders: expected } of cases)
      for (const id of expected) {
        const graph = smallGraph("dmn", elements, relations);
        expect(offenders(dmnRules, rule, graph, new Set([id]))).toContain(id);
      }
  });
});

describe("the DMN rules", () => {
  const problemsOf = (text: string) => {
    const { graph } = dmnCodec.read(new TextEncoder().encode(text));
    return dmnRules.flatMap((rule) => [...rule.check(graph)]);
  };

  it("have ids of their own", () => {
    expect(new Set(dmnRules.map(({ id }) => id)).size).toBe(dmnRules.length);
  });

  it("find no error in good models", () => {
    expect(problemsOf(DISHES).filter(({ severity }) => severity !== "info")).toEqual([]);
    expect(problemsOf(LOANS).filter(({ severity }) => severity !== "info")).toEqual([]);
  });

  it("stand a file full of mistakes", () => {
    const errors = problemsOf(MISTAKES).filter(({ severity }) => severity === "error");
    expect([...new Set(errors.map(({ code }) => code))].toSorted()).toEqual([
      "dmn/containment",
      "dmn/known-references",
      "dmn/no-dangling-ends",
      "dmn/one-logic",
      "dmn/rule-entries",
      "dmn/table-output",
    ]);
  });

  it("find rules that a new column leaves behind, and references to what is gone, by what was touched", () => {
    const table = ["decision D", "output o in D", 'rule r in D {"outputEntries":["1"]}', "input new in D"];
    expect(offenders(dmnRules, "dmn/rule-entries", smallGraph("dmn", table), new Set(["new"]))).toEqual([
      "r",
    ]);
    const service = smallGraph("dmn", ['decisionService S {"outputDecision":["gone"]}']);
    expect(offenders(dmnRules, "dmn/known-references", service, new Set(["gone"]))).toEqual(["S"]);
  });
});
