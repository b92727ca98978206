import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "../run-command.ts";
import { checkSource } from "./check-source.ts";
import { LAYERS, PACKAGE_RULES } from "./import-rules.ts";
import { marksIn } from "./must-fail.ts";
import { sourceFiles } from "./source-module.ts";

const FIXTURES = join(ROOT, "scripts/lint-fixtures/source");

const RULES = [
  ...LAYERS.filter(({ name }) => name !== "test").map(({ name }) => `${name.replaceAll(" ", "-")}-imports`),
  ...PACKAGE_RULES.map(({ rule }) => rule),
  "slice-entry",
  "slice-cycle",
  "testing-in-tests",
  "import-exists",
  "literal-import",
  "scope-first",
];

describe("the rules oxlint cannot express", () => {
  it("fire on every marked line of the fixtures and nowhere else", () => {
    const found = checkSource(FIXTURES).map(({ path, line, rule }) => `${path}:${line} ${rule}`);
    expect(found.toSorted()).toEqual(marksIn(FIXTURES));
  });

  it.each(RULES)("%s has a fixture that must fail", (rule) => {
    expect(marksIn(FIXTURES).filter((mark) => mark.endsWith(` ${rule}`))).not.toEqual([]);
  });

  it("name the slices of a cycle in order", () => {
    const cycle = checkSource(FIXTURES).find(({ rule }) => rule === "slice-cycle");
    expect(cycle?.message).toContain("ring-one → ring-two → ring-three → ring-one");
  });

  it("leave the fixtures out of the normal run", () => {
    const files = sourceFiles(ROOT);
    expect(files).toContain("scripts/lint/source-rules.test.ts");
    expect(files.filter((path) => path.includes("lint-fixtures"))).toEqual([]);
  });
});
