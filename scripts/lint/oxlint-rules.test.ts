import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { capture, ROOT } from "../run-command.ts";
import { marksIn } from "./must-fail.ts";

const FIXTURES = join(ROOT, "scripts/lint-fixtures/oxlint");

/** The real configuration over a tree of its own, where it does not ignore the fixtures. */
let tree: string;

interface Report {
  diagnostics: { code: string; filename: string; labels: { span: { line: number } }[] }[];
}

function lint(...paths: string[]): string[] {
  const { stdout } = capture("oxlint", ["--format=json", ...paths], tree);
  const { diagnostics } = JSON.parse(stdout) as Report;
  return diagnostics
    .map(({ filename, labels, code }) => `${filename}:${labels[0]?.span.line} ${code}`)
    .toSorted();
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(tree, path)), { recursive: true });
  writeFileSync(join(tree, path), text);
}

const fileOf = (lines: number) => "export const one = 1;\n" + "// a line\n".repeat(lines - 1);
const functionOf = (lines: number) =>
  `export function long(): number {\n${"  // a line\n".repeat(lines - 3)}  return 1;\n}\n`;

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), "ameide-oxlint-"));
  cpSync(join(ROOT, ".oxlintrc.json"), join(tree, ".oxlintrc.json"));
  cpSync(FIXTURES, tree, { recursive: true });
});

afterAll(() => rmSync(tree, { recursive: true, force: true }));

describe("the oxlint configuration", () => {
  it("fires on every marked line of the fixtures and nowhere else", () => {
    expect(lint("services", "web")).toEqual(marksIn(FIXTURES));
  });

  it("accepts a file of 400 lines and refuses one of 401, tests included", () => {
    write("sizes/full.ts", fileOf(400));
    write("sizes/over.ts", fileOf(401));
    write("sizes/over.test.ts", fileOf(401));
    expect(lint("sizes").map((problem) => problem.replace(/:\d+/, ""))).toEqual([
      "sizes/over.test.ts eslint(max-lines)",
      "sizes/over.ts eslint(max-lines)",
    ]);
  });

  it("accepts a function of 50 lines and refuses one of 51, except in tests and benchmarks", () => {
    write("functions/full.ts", functionOf(50));
    write("functions/over.ts", functionOf(51));
    write("web/functions/over.tsx", functionOf(51));
    write("functions/over.test.ts", functionOf(51));
    write("bench/over.ts", functionOf(51));
    expect(lint("functions", "bench", "web/functions")).toEqual([
      "functions/over.ts:1 eslint(max-lines-per-function)",
      "web/functions/over.tsx:1 eslint(max-lines-per-function)",
    ]);
  });

  it("leaves the fixtures out of the normal run", () => {
    const { output } = capture("oxlint", ["--debug=files", "scripts"]);
    expect(output).toContain("scripts/lint/oxlint-rules.test.ts");
    expect(output).not.toContain("lint-fixtures");
  });
});
