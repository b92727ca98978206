import { readFileSync } from "node:fs";
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
  const file = readFileSync(path);
  const codec = codecForFile(file);
  if (codec === undefined) return undefined;
  const report = checkModel(file, codec, tools);
  return { ...report, faults: report.faults.map((fault) => withLine(fault, file)) };
}

/** Where the id of the item is first written, for faults that know no line. */
function withLine(fault: CorpusFault, file: Buffer): CorpusFault {
  if (fault.line !== undefined || fault.element === undefined) return fault;
  const at = file.indexOf(`"${fault.element}"`);
  return at === -1 ? fault : { ...fault, line: file.subarray(0, at).toString("latin1").split("\n").length };
}

parentPort?.on("message", (path: string) => parentPort?.postMessage({ path, report: answer(path) }));
