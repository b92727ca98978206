import { parentPort, type Transferable } from "node:worker_threads";

/** A part is answered once it was dealt with. */
export type ToWorker<Job> = { job: Job } | { taken: true };
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
  work: (job: Job, tell: (part: Part) => Promise<void>) => Promise<Done<Result>> | Done<Result>,
): void {
  const port = parentPort;
  if (!port) return;
  const post = (message: FromWorker<Part, Result>, transfer: readonly Transferable[] = []) =>
    port.postMessage(message, transfer);
  let taken: () => void = () => undefined;
  /** Resolves when the other side has dealt with it, so that it is never given more than one at a time. */
  const tell = (part: Part) =>
    new Promise<void>((resolve) => {
      taken = resolve;
      post({ part });
    });
  port.on("message", (message: ToWorker<Job>) => {
    if ("taken" in message) return taken();
    Promise.resolve()
      .then(() => work(message.job, tell))
      .then(
        ({ result, transfer }) => post({ result }, transfer),
        (error: unknown) => {
          if (!(error instanceof JobFailure)) throw error;
          post({ failed: error.message, details: error.details });
        },
      );
  });
}
