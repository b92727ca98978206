import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { available, locate } from "../../testing/requirements.ts";
import { CONCEPTS, RELATIONSHIPS } from "./concepts.ts";
import {
  mayRelate,
  relationshipsBetween,
  TABLE_CONCEPTS,
  tableConcept,
  tableLetters,
} from "./relationship-table.ts";

describe("the relationship table", () => {
  it("has a row and a column for each of the 62 concepts", () => {
    expect(TABLE_CONCEPTS).toHaveLength(62);
    const types = [...CONCEPTS.keys()].map((name) => tableConcept(name));
    expect(new Set([...types, "Relationship"])).toEqual(new Set(TABLE_CONCEPTS));
  });

  it.each([
    ["Assignment", "BusinessRole", "BusinessProcess", true],
    ["Assignment", "BusinessProcess", "BusinessRole", false],
    ["Serving", "ApplicationService", "BusinessProcess", true],
    ["Access", "DataObject", "ApplicationFunction", false],
    ["Composition", "ApplicationComponent", "BusinessObject", false],
    ["Flow", "AndJunction", "BusinessProcess", true],
    ["Association", "BusinessObject", "Flow", true],
    ["Serving", "BusinessRole", "Flow", false],
    ["Association", "Spaceship", "Goal", false],
  ] as const)("%s from %s to %s: %s", (relationship, source, target, allowed) => {
    expect(mayRelate(relationship, source, target)).toBe(allowed);
  });

  it("names what is possible between two types", () => {
    expect(relationshipsBetween("BusinessObject", "Contract")).toContain("Specialization");
    expect(relationshipsBetween("BusinessObject", "Spaceship")).toEqual([]);
  });
});

describe.skipIf(!available("corpus"))("the published table", () => {
  it("says the same of every pair and every relation", () => {
    const file = readFileSync(join(locate("corpus") ?? "", "archimate/schema/relationships.xml"), "utf8");
    const differences: string[] = [];
    let compared = 0;
    for (const [, source = "", rows = ""] of file.matchAll(/<source concept="(\w+)">(.*?)<\/source>/gs))
      for (const [, target = "", letters = ""] of rows.matchAll(/<target concept="(\w+)" relations="(\w*)"/g))
        for (const letter of Object.values(RELATIONSHIPS)) {
          compared++;
          if (letters.includes(letter) !== tableLetters(source, target).includes(letter))
            differences.push(`${source} -${letter}-> ${target}`);
        }
    expect(compared).toBe(62 * 62 * 11);
    expect(differences).toEqual([]);
  });
});
