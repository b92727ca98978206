import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { parentPort, workerData } from "node:worker_threads";
import { checkModel } from "../notation/corpus/check-model.ts";
import type { CorpusFault, ModelReport } from "../notation/corpus/model-report.ts";
import { Schemas } from "../notation/corpus/schemas.ts";
import { codecForFile } from "../notation/notations.ts";
import { loadSchemas } from "./load-schemas.ts";

/** Undefined: it is no model that anybody here knows. */
export type WorkerAnswer = { readonly path: string; readonly report: ModelReport | undefined };

export interface CorpusWorkerData {
  readonly archimateSchemas: string | undefined;
}

const { archimateSchemas } = workerData as CorpusWorkerData;
const tools = { schemas: new Schemas(loadSchemas(archimateSchemas)), now: () => performance.now() };

function answer(path: string): ModelReport | undefined {
  const codec = codecForFile(startOf(path));
  if (codec === undefined) return undefined;
  const file = readFileSync(path);
  const report = checkModel(file, codec, tools);
  return { ...report, faults: report.faults.map((fault) => withLine(fault, file)) };
}

/** Enough to know a model by; what lies beside models may be large. */
function startOf(path: string): Buffer {
  const start = Buffer.alloc(64 * 1024);
  const file = openSync(path, "r");
  try {
    return start.subarray(0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}

/** Where the id of the item is first written, for faults that know no line. */
function withLine(fault: CorpusFault, file: Buffer): CorpusFault {
  if (fault.line !== undefined || fault.element === undefined) return fault;
  const at = file.indexOf(`"${fault.element}"`);
  return at === -1 ? fault : { ...fault, line: file.subarray(0, at).toString("latin1").split("\n").length };
}

parentPort?.on("message", (path: string) => parentPort?.postMessage({ path, report: answer(path) }));
