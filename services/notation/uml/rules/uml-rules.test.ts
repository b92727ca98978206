import { describe, expect, it } from "vitest";
import { UML_RULE_CASES as CASES } from "../../../testing/models/uml-rule-cases.ts";
import { MISTAKES, ORDERS } from "../../../testing/models/uml-files.ts";
import { offenders, smallGraph } from "../../../testing/small-graph.ts";
import { parseMultiplicity } from "../multiplicity.ts";
import { umlCodec } from "../uml-codec.ts";
import { umlRules } from "./uml-rules.ts";

describe.each(umlRules.map(({ id, says }) => [id, says] as const))("%s: %s", (rule) => {
  const cases = CASES.filter((one) => one.rule === rule);

  it.each(cases.map((one) => [one.offenders.length === 0 ? "allows" : "finds", one.what, one] as const))(
    "%s %s",
    (_, __, { elements, relations, offenders: expected }) => {
      expect(offenders(umlRules, rule, smallGraph("uml", elements, relations))).toEqual(expected);
    },
  );

  it("has a valid and an invalid case, and finds in the scope of an offender what it finds in the whole model", () => {
    expect(cases.map((one) => one.offenders.length > 0).toSorted()).toEqual([false, true]);
    for (const { elements, relations, offenders: expected } of cases)
      for (const id of expected) {
        const found = offenders(umlRules, rule, smallGraph("uml", elements, relations), new Set([id]));
        expect(found).toContain(id);
      }
  });
});

describe("the UML rules", () => {
  it("have ids of their own", () => {
    expect(new Set(umlRules.map(({ id }) => id)).size).toBe(umlRules.length);
  });

  it("have nothing to say about a good model", () => {
    const { graph } = umlCodec.read(new TextEncoder().encode(ORDERS));
    expect(umlRules.flatMap((rule) => [...rule.check(graph)])).toEqual([]);
  });

  it("stand a file full of mistakes", () => {
    const { graph } = umlCodec.read(new TextEncoder().encode(MISTAKES));
    const codes = new Set(umlRules.flatMap((rule) => [...rule.check(graph)]).map(({ code }) => code));
    expect([...codes].toSorted()).toEqual([
      "uml/known-type",
      "uml/named",
      "uml/no-dangling-ends",
      "uml/relation-ends",
    ]);
  });
});

describe("a multiplicity", () => {
  it.each([
    ["1", 1, 1],
    [" 0 .. 1 ", 0, 1],
    ["*", 0, Infinity],
    ["2..*", 2, Infinity],
    [4, 4, 4],
  ])("%s is read", (text, lower, upper) => {
    expect(parseMultiplicity(text)).toEqual({ lower, upper });
  });

  it.each(["", "1..", "*..2", "-1", "1.5", "a", true, null, undefined])("%s is none", (text) => {
    expect(parseMultiplicity(text)).toBeUndefined();
  });
});
