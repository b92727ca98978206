import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, dirname } from "node:path";
import { parseArgs } from "node:util";
import { checkInThreads, type FileReport } from "./corpus/check-in-threads.ts";
import { describeFile } from "./corpus/describe-file.ts";
import { findFiles } from "./corpus/find-files.ts";
import { ARCHIMATE_SCHEMA } from "./corpus/load-schemas.ts";
import { type CorpusSummary, summarise } from "./corpus/summary.ts";

const USAGE = `npm run corpus -- DIR… [options]
Tries every model in the folders: import, export, import again, export of what nobody changed, schema, a rename.

  --schemas DIR    official ArchiMate schemas (default: ${ARCHIMATE_SCHEMA} where it lies among the models)
  --json           one JSON line per file instead of text
  --strict         files that are refused count as failures too
  --timeout SECS   for one file (default 120)
  --threads N      (default: one per core)
  --heap MB        memory for the thread of one file (default 3072)
Ends with 1 if anything failed.
`;

export interface CorpusOptions {
  readonly schemas?: string;
  readonly timeoutMs: number;
  readonly threads: number;
  readonly heapMegabytes: number;
}

export interface CorpusResult {
  readonly files: readonly FileReport[];
  readonly summary: CorpusSummary;
}

/** Checks all files of the folders; `onFile` hears of each as soon as it is done. */
export async function runCorpus(
  folders: readonly string[],
  options: CorpusOptions,
  onFile: (report: FileReport) => void,
): Promise<CorpusResult> {
  const paths = [...findFiles(folders)];
  const found = paths.find((path) => basename(path) === ARCHIMATE_SCHEMA);
  const archimateSchemas = options.schemas ?? (found && dirname(found));
  const files: FileReport[] = [];
  await checkInThreads(paths, { ...options, archimateSchemas }, (report) => {
    files.push(report);
    onFile(report);
  });
  files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { files, summary: summarise(files) };
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      schemas: { type: "string" },
      json: { type: "boolean", default: false },
      strict: { type: "boolean", default: false },
      timeout: { type: "string", default: "120" },
      threads: { type: "string", default: String(availableParallelism()) },
      heap: { type: "string", default: "3072" },
    },
  });
  const missing = [...positionals, ...(values.schemas ? [values.schemas] : [])].find(
    (path) => !existsSync(path),
  );
  if (positionals.length === 0 || missing !== undefined) {
    process.stderr.write(missing === undefined ? USAGE : `there is no ${missing}\n`);
    return 2;
  }
  const options: CorpusOptions = {
    ...(values.schemas && { schemas: values.schemas }),
    timeoutMs: Number(values.timeout) * 1000,
    threads: Number(values.threads),
    heapMegabytes: Number(values.heap),
  };
  const { summary } = await runCorpus(positionals, options, (report) => {
    const lines = values.json ? [JSON.stringify(report)] : describeFile(report);
    for (const line of lines) process.stdout.write(`${line}\n`);
  });
  process.stdout.write(`${JSON.stringify({ corpus: summary })}\n`);
  return summary.failed > 0 || (values.strict && summary.refused > 0) ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main();
