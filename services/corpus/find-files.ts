import { type Dirent, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

const SKIPPED = new Set(["node_modules", "__MACOSX"]);

/** All files of the folders, in a stable order; a file may be named too. Links to folders are not followed. */
export function* findFiles(roots: readonly string[]): Generator<string> {
  for (const root of roots) {
    if (statSync(root).isFile()) yield root;
    else yield* filesIn(root);
  }
}

function* filesIn(folder: string): Generator<string> {
  let entries: Dirent[];
  try {
    entries = readdirSync(folder, { withFileTypes: true }).toSorted(byName);
  } catch {
    // A folder that may not be read is told of as a file that cannot be.
    yield folder;
    return;
  }
  for (const entry of entries) {
    if (entry.name.startsWith(".") || SKIPPED.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.isFile() || isLinkedFile(entry, path)) yield path;
  }
}

const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : 1);

const isLinkedFile = (entry: Dirent, path: string): boolean =>
  entry.isSymbolicLink() && (statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);
