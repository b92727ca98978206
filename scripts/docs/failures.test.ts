import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const DOCS = join(import.meta.dirname, "../../docs");
const page = readFileSync(join(DOCS, "failures.md"), "utf8");
const tests = [...page.matchAll(/\[([^\]]+)\]\((\.\.\/[^)]+\.ts)\)/g)].map(([, name = "", path = ""]) => ({
  name,
  path,
}));

describe("the page of failures", () => {
  it.each(tests)("names a test that there is: $name", ({ name, path }) => {
    expect(readFileSync(join(DOCS, path), "utf8")).toContain(name);
  });

  it("has a test in each of its rows", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| ") && !line.endsWith("| tests |"));
    expect(rows.filter((row) => !row.includes(".ts)"))).toEqual([]);
    expect(rows.length).toBeGreaterThan(30);
  });
});
