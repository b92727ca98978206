import { FREE_OF_PACKAGE_RULES, PACKAGE_RULES, type Layer } from "./import-rules.ts";
import { importTarget, layerOf, matchesAny, sliceOf, type ImportTarget } from "./import-target.ts";
import type { Reference, SourceModule } from "./source-module.ts";
import type { Violation } from "./violation.ts";

export function checkImports(root: string, module: SourceModule): Violation[] {
  const layer = layerOf(module.path);
  if (layer === undefined) return [];
  return module.references.flatMap((reference) => {
    const problem = problemOf(root, module.path, layer, reference);
    return problem ? [{ path: module.path, line: reference.line, ...problem }] : [];
  });
}

type Problem = Pick<Violation, "rule" | "message">;

function problemOf(
  root: string,
  importer: string,
  layer: Layer,
  { specifier }: Reference,
): Problem | undefined {
  if (specifier === undefined) return computedImport(layer);
  const target = importTarget(root, importer, specifier);
  if (target.kind === "file" && !target.exists) {
    return { rule: "import-exists", message: `${specifier} is not a file` };
  }
  return packageProblem(importer, target) ?? layerProblem(importer, layer, target, specifier);
}

function computedImport(layer: Layer): Problem | undefined {
  if (layer.name === "test" || layer.name === "scripts") return undefined;
  return {
    rule: "literal-import",
    message: "an import whose target is computed cannot be checked; write it out",
  };
}

function packageProblem(importer: string, target: ImportTarget): Problem | undefined {
  if (target.kind !== "package" || matchesAny(importer, FREE_OF_PACKAGE_RULES)) return undefined;
  const rule = PACKAGE_RULES.find(({ packages }) => matchesAny(target.name, packages));
  if (rule === undefined || matchesAny(importer, rule.onlyIn)) return undefined;
  return { rule: rule.rule, message: `${target.name} belongs in ${rule.onlyIn.join(", ")}: ${rule.because}` };
}

function layerProblem(
  importer: string,
  layer: Layer,
  target: ImportTarget,
  specifier: string,
): Problem | undefined {
  const names = namesOf(importer, target);
  if (layer.mayImport.some((allowed) => names.includes(allowed))) return undefined;
  if (names.includes("testing")) {
    return {
      rule: "testing-in-tests",
      message: `${specifier}: only tests and benchmarks use services/testing`,
    };
  }
  if (names.includes("slice inside") && layer.mayImport.includes("slice entry")) {
    return { rule: "slice-entry", message: `${specifier} is inside another slice; import its index.ts` };
  }
  const rule = `${layer.name.replaceAll(" ", "-")}-imports`;
  return { rule, message: `${specifier} (${names.join(", ")}) is out of bounds: ${layer.because}` };
}

/** What the table may call the target, most telling first. */
function namesOf(importer: string, target: ImportTarget): string[] {
  if (target.kind === "builtin") return ["node"];
  if (target.kind === "package") return [`npm:${target.name}`, "npm"];
  const slice = sliceOf(target.path);
  if (slice === undefined) return [layerOf(target.path)?.name ?? "outside every layer"];
  if (slice === sliceOf(importer)) return ["own slice"];
  return [target.path === `services/${slice}/index.ts` ? "slice entry" : "slice inside"];
}
