import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Fixtures carry the expected rule beside the offending line: `// must fail: rule`, or on the line before it. */
const MARK = /\/\/ must fail( next)?: (\S+)/;

/** All marks below a folder, as sorted `path:line rule`. */
export function marksIn(folder: string): string[] {
  const files = globSync("**/*.{ts,tsx,js}", { cwd: folder });
  return files.flatMap((path) => marksOf(path, readFileSync(join(folder, path), "utf8"))).toSorted();
}

function marksOf(path: string, text: string): string[] {
  return text.split("\n").flatMap((line, index) => {
    const mark = MARK.exec(line);
    return mark ? [`${path}:${index + (mark[1] === undefined ? 1 : 2)} ${mark[2]}`] : [];
  });
}
