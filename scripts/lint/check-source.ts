import { checkImports } from "./check-imports.ts";
import { scopeFirst } from "./scope-first.ts";
import { sliceCycles } from "./slice-cycles.ts";
import { readModule, sourceFiles } from "./source-module.ts";
import type { Violation } from "./violation.ts";

/** Everything the house asks of source code and oxlint cannot see. */
export function checkSource(root: string): Violation[] {
  const modules = sourceFiles(root).map((path) => readModule(root, path));
  const perFile = modules.flatMap((module) => [...checkImports(root, module), ...scopeFirst(module)]);
  return [...perFile, ...sliceCycles(root, modules)];
}
