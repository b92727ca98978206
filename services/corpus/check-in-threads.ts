import { Worker } from "node:worker_threads";
import type { CorpusWorkerData, WorkerAnswer } from "./corpus-worker.ts";
import type { ModelReport } from "../notation/corpus/model-report.ts";

/** A file and what became of it. */
export interface FileReport {
  readonly path: string;
  /** Undefined: it is no model that anybody here knows. */
  readonly report?: ModelReport;
  /** The thread did not come back with a report: time, memory or a crash. */
  readonly lost?: string;
  readonly ms: number;
}

export interface ThreadOptions extends CorpusWorkerData {
  readonly threads: number;
  /** For one file. */
  readonly timeoutMs: number;
  readonly heapMegabytes: number;
}

/** Checks every file in threads; one that hangs, crashes or takes all memory costs itself only. In no stable order. */
export async function checkInThreads(
  paths: Iterable<string>,
  options: ThreadOptions,
  onReport: (report: FileReport) => void,
): Promise<void> {
  const queue = paths[Symbol.iterator]();
  const runOne = async (): Promise<void> => {
    let thread: CorpusThread | undefined;
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      thread ??= new CorpusThread(options);
      const report = await thread.check(next.value);
      onReport(report);
      if (report.lost !== undefined) thread = undefined;
    }
    await thread?.stop();
  };
  await Promise.all(Array.from({ length: options.threads }, runOne));
}

class CorpusThread {
  readonly #worker: Worker;
  readonly #timeoutMs: number;

  constructor({ archimateSchemas, timeoutMs, heapMegabytes }: ThreadOptions) {
    this.#timeoutMs = timeoutMs;
    const workerData: CorpusWorkerData = { archimateSchemas };
    this.#worker = new Worker(new URL("./corpus-worker.ts", import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
  }

  /** After a file was lost, the thread is of no use. */
  async check(path: string): Promise<FileReport> {
    const started = performance.now();
    const ended = Promise.withResolvers<Omit<FileReport, "path" | "ms">>();
    const onMessage = ({ report }: WorkerAnswer): void => ended.resolve(report ? { report } : {});
    const onError = (error: Error): void => ended.resolve({ lost: `crashed: ${error.message}` });
    const onExit = (): void => ended.resolve({ lost: "the thread ended" });
    const late = `not done after ${this.#timeoutMs / 1000} s`;
    const timer = setTimeout(() => ended.resolve({ lost: late }), this.#timeoutMs);
    this.#worker.once("message", onMessage).once("error", onError).once("exit", onExit);
    this.#worker.postMessage(path);
    const outcome = await ended.promise;
    clearTimeout(timer);
    this.#worker.off("message", onMessage).off("error", onError).off("exit", onExit);
    if (outcome.lost !== undefined) await this.stop();
    return { path, ...outcome, ms: performance.now() - started };
  }

  async stop(): Promise<void> {
    // A thread that ends with an error after it was told to end is nobody's concern.
    this.#worker.on("error", () => {});
    await this.#worker.terminate();
  }
}
