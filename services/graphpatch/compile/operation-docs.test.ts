import { globSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { operationDocs } from "../../testing/patches/operation-docs.ts";

const PAGE = new URL("../../../docs/operations.md", import.meta.url);

/** The page with its tables as they should be. */
function withTables(page: string): string {
  let text = page;
  for (const [name, table] of Object.entries(operationDocs())) {
    const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
    const [before, rest = ""] = text.split(start);
    const [, after = ""] = rest.split(end);
    text = `${before}${start}\n\n${table}\n\n${end}${after}`;
  }
  return text;
}

describe("docs/operations.md", () => {
  it("shows what the tests try (AMEIDE_WRITE_DOCS=1 writes it)", () => {
    const page = readFileSync(PAGE, "utf8");
    const wanted = withTables(page);
    if (process.env["AMEIDE_WRITE_DOCS"] === "1") writeFileSync(PAGE, wanted);
    expect(process.env["AMEIDE_WRITE_DOCS"] === "1" ? wanted : page).toBe(wanted);
  });

  it("explains every problem that a patch can have", () => {
    const sources = globSync("**/*.ts", { cwd: import.meta.dirname }).filter(
      (file) => !file.endsWith(".test.ts"),
    );
    const codes = new Set(
      sources.flatMap((file) =>
        [
          ...readFileSync(new URL(file, import.meta.url), "utf8").matchAll(
            /(?:code: |wrong\(index, )"([A-Z_]+)"/g,
          ),
        ].map(([, code]) => code),
      ),
    );
    const page = readFileSync(PAGE, "utf8");
    expect(codes.size).toBeGreaterThan(20);
    expect([...codes].filter((code) => !page.includes(`\`${code}\``))).toEqual([]);
  });
});
