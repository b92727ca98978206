import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { breakingChanges } from "./breaking-changes.ts";
import { treeDifferences } from "./tree-differences.ts";

const trees: string[] = [];

function treeOf(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "ameide-proto-"));
  trees.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const BUF_YAML = `version: v2
modules:
  - path: proto/public
  - path: proto/private
breaking:
  use: [FILE]
`;

const contractsOf = (field: string, extra: Record<string, string> = {}) =>
  treeOf({
    "buf.yaml": BUF_YAML,
    "proto/public/a/v1/a.proto": `syntax = "proto3";\npackage a.v1;\nmessage A { string id = 1; ${field} }\n`,
    "proto/private/b/v1/b.proto": `syntax = "proto3";\npackage b.v1;\nmessage B { string id = 1; }\n`,
    ...extra,
  });

afterAll(() => {
  for (const tree of trees) rmSync(tree, { recursive: true, force: true });
});

describe("breaking changes", () => {
  it("refuses a removed field and names it", () => {
    const [publicModule, privateModule] = breakingChanges(contractsOf(""), contractsOf("string name = 2;"));
    expect(publicModule).toMatchObject({ module: "proto/public", ok: false });
    expect(publicModule?.says).toContain('field "2" with name "name"');
    expect(privateModule).toMatchObject({ module: "proto/private", ok: true });
  });

  it("accepts a new field", () => {
    const verdicts = breakingChanges(contractsOf("string name = 2;"), contractsOf(""));
    expect(verdicts.map(({ ok }) => ok)).toEqual([true, true]);
  });

  it("accepts everything when there was nothing before", () => {
    const verdicts = breakingChanges(contractsOf(""), treeOf({}));
    expect(verdicts.map(({ ok, says }) => [ok, says])).toEqual([
      [true, "nothing to compare with"],
      [true, "nothing to compare with"],
    ]);
  });
});

describe("the drift check", () => {
  it("names what is missing, changed and left over, and leaves handwritten files alone", () => {
    const fresh = treeOf({ "ts/a.js": "1", "ts/b.js": "1", "ts/c.js": "1" });
    const committed = treeOf({ "ts/a.js": "1", "ts/b.js": "2", "ts/old.js": "1", "ts/package.json": "{}" });
    expect(treeDifferences(fresh, committed)).toEqual([
      "ts/b.js differs",
      "ts/c.js is missing",
      "ts/old.js is no longer generated",
    ]);
  });

  it("finds nothing in equal trees", () => {
    const tree = treeOf({ "ts/a.js": "1" });
    expect(treeDifferences(tree, tree)).toEqual([]);
  });
});
