import type { CorpusCheck } from "../notation/corpus/model-report.ts";
import type { FileReport } from "./check-in-threads.ts";

/** What a whole corpus came to; one JSON line. */
export interface CorpusSummary {
  readonly files: number;
  readonly models: number;
  readonly byNotation: Readonly<Record<string, number>>;
  /** Files that are no models anybody here knows. */
  readonly others: number;
  /** Passed everything. */
  readonly passed: number;
  readonly failed: number;
  /** Cannot be read at all. */
  readonly refused: number;
  readonly faultsByCheck: Readonly<Partial<Record<CorpusCheck, number>>>;
  readonly schema: { readonly valid: number; readonly invalidBefore: number; readonly unknown: number };
  /** No-op exports that are the same XML (or the same bytes). */
  readonly sameExports: number;
  readonly renamed: number;
  readonly problems: number;
  readonly elements: number;
  readonly relations: number;
  readonly megabytes: number;
  readonly ms: { readonly median: number; readonly p95: number; readonly most: number };
}

/** Faults of a file; none: it passed, was refused, or is no model. */
export const hasFailed = ({ report, lost }: FileReport): boolean =>
  lost !== undefined || (report?.faults.length ?? 0) > 0;

export function summarise(all: readonly FileReport[]): CorpusSummary {
  const models = all.filter(({ report, lost }) => report !== undefined || lost !== undefined);
  const reports = models.flatMap(({ report }) => (report ? [report] : []));
  const read = reports.filter(({ refused }) => refused === undefined);
  const faults = reports.flatMap((report) => report.faults);
  const times = models.map(({ ms }) => ms).toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(times[Math.floor((times.length - 1) * share)] ?? 0);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const schemas = read.map(({ schema }) => schema);
  const failed = models.filter(hasFailed).length;
  const lost = models.length - reports.length;
  const isSame = (list: (typeof read)[number]): boolean =>
    list.faults.every(({ check }) => check !== "no-op export" && check !== "import");
  return {
    files: all.length,
    models: models.length,
    byNotation: countBy(reports.map(({ notation }) => notation)),
    others: all.length - models.length,
    passed: models.length - failed - (reports.length - read.length),
    failed,
    refused: reports.length - read.length,
    faultsByCheck: { ...countBy(faults.map(({ check }) => check)), ...(lost > 0 && { time: lost }) },
    schema: {
      valid: schemas.filter((schema) => schema === "valid").length,
      invalidBefore: schemas.filter((schema) => schema === "was invalid before").length,
      unknown: schemas.filter((schema) => schema === "unknown").length,
    },
    sameExports: read.filter(isSame).length,
    renamed: read.filter(({ renamed }) => renamed !== undefined).length,
    problems: sum(read.map(({ problems }) => problems.length)),
    elements: sum(read.map(({ elements }) => elements)),
    relations: sum(read.map(({ relations }) => relations)),
    megabytes: Math.round(sum(reports.map(({ bytes }) => bytes)) / 10_000) / 100,
    ms: { median: at(0.5), p95: at(0.95), most: at(1) },
  };
}

function countBy<K extends string>(keys: readonly K[]): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1;
  return counts;
}
