import { Worker } from "node:worker_threads";
import { ToolInputError } from "./tool-failures.ts";

/** A module that passes a function to `serveWork`: arguments in, result out, both JSON; it gets nothing else. */
export interface IsolatedWork {
  module: URL;
  /** Most megabytes of its heap. */
  megabytes?: number;
}

/** What the worker tells at its end. */
export type WorkerMessage = { ok: true; json: string } | { ok: false; isInput: boolean; message: string };

/** Work that would take more memory than it may. */
export class OutOfMemory extends Error {}

/** Each has a thread and a heap; more would take the cores from the runs. */
const AT_ONCE = 2;
const MEGABYTES = 64;

let running = 0;
const waiting: (() => void)[] = [];

/**
 * Runs our own code that may take long or much in a thread of its own, which ends with the signal even in a busy loop.
 * A thread is no wall against hostile code: it has the rights of the process.
 */
export async function runIsolated(work: IsolatedWork, args: unknown, signal: AbortSignal): Promise<unknown> {
  await place(signal);
  try {
    signal.throwIfAborted();
    return await runInThread(work, args, signal);
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Takes a free place, or the place of the next who is done. */
async function place(signal: AbortSignal): Promise<void> {
  if (running < AT_ONCE) {
    running += 1;
    return;
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = () => {
    // It may have been given a place in this very moment, and gives it back.
    const at = waiting.indexOf(resolve);
    if (at !== -1) waiting.splice(at, 1);
    reject(signal.reason);
  };
  waiting.push(resolve);
  signal.addEventListener("abort", stop, { once: true });
  await promise.finally(() => signal.removeEventListener("abort", stop));
}

async function runInThread(
  { module, megabytes = MEGABYTES }: IsolatedWork,
  args: unknown,
  signal: AbortSignal,
): Promise<unknown> {
  const worker = new Worker(module, {
    workerData: args,
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 },
    // Neither our settings, which hold keys, nor our output.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  const ended = Promise.withResolvers<unknown>();
  const stop = () => ended.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  worker.on("message", (message: WorkerMessage) => {
    if (message.ok) ended.resolve(JSON.parse(message.json));
    else ended.reject(new (message.isInput ? ToolInputError : Error)(message.message));
  });
  worker.on("error", (error: Error & { code?: string }) =>
    ended.reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? new OutOfMemory() : error),
  );
  worker.on("exit", () => ended.reject(new Error("the thread ended without a result")));
  try {
    return await ended.promise;
  } finally {
    signal.removeEventListener("abort", stop);
    await worker.terminate();
  }
}
