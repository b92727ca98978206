import { importTarget, sliceOf } from "./import-target.ts";
import type { SourceModule } from "./source-module.ts";
import type { Violation } from "./violation.ts";

interface Edge {
  to: string;
  path: string;
  line: number;
}

/** Each cycle is reported once, at the import that closes it. */
export function sliceCycles(root: string, modules: readonly SourceModule[]): Violation[] {
  const edges = sliceEdges(root, modules);
  const settled = new Set<string>();
  const violations: Violation[] = [];

  function visit(slice: string, trail: readonly string[]): void {
    const path = [...trail, slice];
    for (const edge of edges.get(slice)?.values() ?? []) {
      const start = path.indexOf(edge.to);
      if (start >= 0) violations.push(cycle([...path.slice(start), edge.to], edge));
      else if (!settled.has(edge.to)) visit(edge.to, path);
    }
    settled.add(slice);
  }

  for (const slice of edges.keys()) if (!settled.has(slice)) visit(slice, []);
  return violations;
}

function cycle(slices: readonly string[], { path, line }: Edge): Violation {
  return { path, line, rule: "slice-cycle", message: `slices depend on each other: ${slices.join(" → ")}` };
}

function sliceEdges(root: string, modules: readonly SourceModule[]): Map<string, Map<string, Edge>> {
  const edges = new Map<string, Map<string, Edge>>();
  for (const { path, references } of modules) {
    const from = sliceOf(path);
    if (from === undefined) continue;
    const out = edges.get(from) ?? new Map<string, Edge>();
    edges.set(from, out);
    for (const { specifier, line } of references) {
      const to = specifier === undefined ? undefined : sliceAt(root, path, specifier);
      if (to !== undefined && to !== from && !out.has(to)) out.set(to, { to, path, line });
    }
  }
  return edges;
}

function sliceAt(root: string, importer: string, specifier: string): string | undefined {
  const target = importTarget(root, importer, specifier);
  return target.kind === "file" ? sliceOf(target.path) : undefined;
}
