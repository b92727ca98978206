import { parentPort, type Transferable } from "node:worker_threads";

export interface ToWorker<Job> {
  job: Job;
}
export type FromWorker<Part, Result> =
  | { part: Part }
  | { result: Result }
  | { failed: string; details: unknown };

/** Thrown by a job that has something to say about why it cannot be done. */
export class JobFailure extends Error {
  readonly details: unknown;

  constructor(message: string, details: unknown) {
    super(message);
    this.details = details;
  }
}

export interface Done<Result> {
  result: Result;
  transfer?: readonly Transferable[];
}

/** In a thread of a pool: does one job after the other. Elsewhere it does nothing. */
export function serveJobs<Job, Part, Result>(
  work: (job: Job, tell: (part: Part) => void) => Promise<Done<Result>> | Done<Result>,
): void {
  const port = parentPort;
  if (!port) return;
  const post = (message: FromWorker<Part, Result>, transfer: readonly Transferable[] = []) =>
    port.postMessage(message, transfer);
  port.on("message", ({ job }: ToWorker<Job>) => {
    Promise.resolve()
      .then(() => work(job, (part) => post({ part })))
      .then(
        ({ result, transfer }) => post({ result }, transfer),
        (error: unknown) => {
          if (!(error instanceof JobFailure)) throw error;
          post({ failed: error.message, details: error.details });
        },
      );
  });
}
