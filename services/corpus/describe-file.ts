import { extname } from "node:path";
import type { FileReport } from "./check-in-threads.ts";

/** Names that promise a model: one that nobody knows is worth a line. */
const MODEL_NAMES = new Set([".bpmn", ".bpmn2", ".dmn", ".archimate", ".cmmn", ".xmi", ".uml"]);

/** What to print of a file; none: there is nothing to say of it. */
export function describeFile({ path, report, lost, ms }: FileReport): string[] {
  const time = `${Math.round(ms)} ms`.padStart(8);
  if (lost !== undefined) return [`FAILED   ${time}  ${path}`, `         ${lost}`];
  if (report === undefined) {
    return MODEL_NAMES.has(extname(path).toLowerCase())
      ? [`unknown  ${time}  ${path}: no format that is known here`]
      : [];
  }
  const { refused, faults, notation, problems, schema, invalidBecause } = report;
  if (refused) {
    const at = refused.line === undefined ? "" : ` line ${refused.line}`;
    return [`REFUSED  ${time}  ${path}`, `         ${refused.code}${at}: ${refused.message}`];
  }
  const counts = `${notation}, ${report.elements} elements, ${report.relations} relations`;
  const invalid =
    schema === "was invalid before" ? [`         was invalid before: ${invalidBecause[0]}`] : [];
  const lines = faults.map(({ check, element, line, reason }) => {
    const where = [element && `element ${element}`, line && `line ${line}`].filter(Boolean).join(", ");
    return `         ${check}: ${where === "" ? "" : `${where}: `}${reason}`;
  });
  const found = problems.length === 0 ? "" : `, ${problems.length} problems found in it`;
  return [
    `${faults.length > 0 ? "FAILED " : "ok     "}  ${time}  ${path} (${counts}${found})`,
    ...lines,
    ...invalid,
  ];
}
