import { setImmediate as turn } from "node:timers/promises";
import { Worker, type Transferable } from "node:worker_threads";
import type { FromWorker, ToWorker } from "./serve-jobs.ts";

/** Threads for work that would hold up everything else of the process. Each does one job at a time. */
export interface WorkerPool<Job, Part, Result> {
  run(job: Job, options?: RunOptions<Part>): Promise<Result>;
  /** Ends all threads; jobs under way fail. */
  close(): Promise<void>;
}

export interface RunOptions<Part> {
  /** Given what the job tells on its way. The job goes on when it is done with. */
  onPart?(part: Part): void | Promise<void>;
  /** Ends the thread. */
  signal?: AbortSignal;
  transfer?: readonly Transferable[];
}

export interface WorkerPoolOptions {
  /** A module that calls `serveJobs`. */
  module: URL;
  threads: number;
  /** Most megabytes of a thread's heap. */
  megabytes: number;
  milliseconds: number;
}

/** The job took more time or memory than it may. */
export class JobTooLarge extends Error {}

/** What a job threw on purpose, as it was told by `JobFailure` in the thread. */
export class JobFailed extends Error {
  readonly details: unknown;

  constructor(message: string, details: unknown) {
    super(message);
    this.details = details;
  }
}

export function createWorkerPool<Job, Part, Result>(
  options: WorkerPoolOptions,
): WorkerPool<Job, Part, Result> {
  const idle: Worker[] = [];
  const all = new Set<Worker>();
  const places = createPlaces(options.threads);
  const start = () => {
    const worker = startWorker(options);
    all.add(worker);
    // Of an idle thread nobody else hears it, and the process would end.
    worker.on("error", () => undefined);
    worker.once("exit", () => {
      all.delete(worker);
      const at = idle.indexOf(worker);
      if (at !== -1) idle.splice(at, 1);
    });
    return worker;
  };

  return {
    async run(job, given = {}) {
      await places.take(given.signal);
      try {
        given.signal?.throwIfAborted();
        const worker = idle.pop() ?? start();
        return await runJob<Job, Part, Result>(worker, job, given, options.milliseconds, () =>
          idle.push(worker),
        );
      } finally {
        places.giveBack();
      }
    },
    async close() {
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

/** So many at a time; the others wait in the order in which they came. */
function createPlaces(count: number) {
  const waiting: (() => void)[] = [];
  let busy = 0;
  return {
    async take(signal: AbortSignal | undefined): Promise<void> {
      if (busy < count) {
        busy += 1;
        return;
      }
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const leave = () => {
        // One that was given a place in this very moment keeps it, and gives it back.
        const at = waiting.indexOf(resolve);
        if (at === -1) return;
        waiting.splice(at, 1);
        reject(signal?.reason);
      };
      waiting.push(resolve);
      signal?.addEventListener("abort", leave, { once: true });
      await promise.finally(() => signal?.removeEventListener("abort", leave));
    },
    giveBack(): void {
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    },
  };
}

function startWorker({ module, megabytes }: WorkerPoolOptions): Worker {
  return new Worker(module, {
    resourceLimits: { maxOldGenerationSizeMb: megabytes, maxYoungGenerationSizeMb: 64, stackSizeMb: 4 },
    // Neither our settings, which hold keys, nor our output.
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
  });
}

/** A thread that fails, is left or takes too long is ended: it may be anywhere in its work. Others are given back. */
async function runJob<Job, Part, Result>(
  worker: Worker,
  job: Job,
  { onPart, signal, transfer = [] }: RunOptions<Part>,
  milliseconds: number,
  giveBack: () => void,
): Promise<Result> {
  worker.ref();
  const ended = Promise.withResolvers<Result>();
  const take = async (part: Part) => {
    await onPart?.(part);
    // Whoever has waited meanwhile has a turn, also where the work has never left this thread.
    await turn();
    worker.postMessage({ taken: true } satisfies ToWorker<Job>);
  };
  const onMessage = (message: FromWorker<Part, Result>) => {
    if ("part" in message) void take(message.part).catch(ended.reject);
    else if ("result" in message) ended.resolve(message.result);
    else ended.reject(new JobFailed(message.failed, message.details));
  };
  const onError = (error: Error & { code?: string }) =>
    ended.reject(error.code === "ERR_WORKER_OUT_OF_MEMORY" ? new JobTooLarge("too much memory") : error);
  const onExit = () => ended.reject(new Error("the thread ended without a result"));
  const onAbort = () => ended.reject(signal?.reason);
  let isFree = false;
  const timer = setTimeout(() => ended.reject(new JobTooLarge("too much time")), milliseconds);
  worker.on("message", onMessage).on("error", onError).on("exit", onExit);
  signal?.addEventListener("abort", onAbort, { once: true });
  try {
    worker.postMessage({ job } satisfies ToWorker<Job>, transfer);
    const result = await ended.promise;
    isFree = true;
    return result;
  } catch (error) {
    isFree = error instanceof JobFailed;
    throw error;
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
    worker.off("message", onMessage).off("error", onError).off("exit", onExit);
    worker.unref();
    if (isFree) giveBack();
    else await worker.terminate();
  }
}
