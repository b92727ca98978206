import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";

/** Files that package the generated code and are written by hand. */
const HANDWRITTEN = new Set(["package.json", "go.mod", "go.sum", "pyproject.toml", "README.md", "py.typed"]);

/** What a committed tree lacks, has changed or has left over, compared with a freshly generated one. */
export function treeDifferences(fresh: string, committed: string): string[] {
  const expected = generatedFiles(fresh);
  const missingOrChanged = expected.flatMap((path) => {
    if (!existsSync(join(committed, path))) return [`${path} is missing`];
    const same = readFileSync(join(fresh, path)).equals(readFileSync(join(committed, path)));
    return same ? [] : [`${path} differs`];
  });
  const known = new Set(expected);
  const left = generatedFiles(committed).filter((path) => !known.has(path));
  return [...missingOrChanged, ...left.map((path) => `${path} is no longer generated`)];
}

function generatedFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => !path.split("/").includes("node_modules"))
    .filter((path) => !HANDWRITTEN.has(basename(path)) && statSync(join(folder, path)).isFile())
    .toSorted();
}
