import { availableParallelism } from "node:os";
import { createWorkerPool, type WorkerPool } from "../../platform/worker-pool/worker-pool.ts";
import type { CodecJob, CodecPart, CodecResult } from "./codec-jobs.ts";

export type CodecPool = WorkerPool<CodecJob, CodecPart, CodecResult>;

/** A core is left to those who wait for an answer. */
const THREADS = Math.max(1, Math.min(4, availableParallelism() - 1));
/** A file of 64 MB takes about twenty times its size while it is read. */
const MEGABYTES = 3072;
const MILLISECONDS = 180_000;

/** Threads start when there is something to do. */
export const createCodecPool = (module: URL = new URL("./codec-worker.ts", import.meta.url)): CodecPool =>
  createWorkerPool({ module, threads: THREADS, megabytes: MEGABYTES, milliseconds: MILLISECONDS });
