import { parentPort, workerData } from "node:worker_threads";
import type { WorkerMessage } from "./isolated-work.ts";
import { ToolInputError } from "./tool-failures.ts";

/** More would only be copied to the other thread to be refused there. */
const MOST_CHARACTERS = 1_000_000;

/** In a thread that was started for it: does the work once and tells how it went. Elsewhere it does nothing. */
export async function serveWork(work: (args: unknown) => unknown): Promise<void> {
  if (!parentPort) return;
  const tell = (message: WorkerMessage) => parentPort?.postMessage(message);
  try {
    const json = JSON.stringify(await work(workerData)) ?? "null";
    if (json.length > MOST_CHARACTERS)
      throw new ToolInputError(`they ask for too much: ${json.length} characters`);
    tell({ ok: true, json });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ ok: false, isInput: error instanceof ToolInputError, message });
  }
}
