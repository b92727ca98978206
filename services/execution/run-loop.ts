import {
  CANCEL_SUBJECT,
  claimRuns,
  QUEUE_SUBJECT,
  releaseLeases,
  renewLeases,
  type Claim,
} from "../inference/index.ts";
import { createWakeUp } from "../platform/bus/wake-up.ts";
import { inTrace, withSpan } from "../platform/telemetry/trace.ts";
import { runAttempt } from "./run-attempt.ts";
import type { RunSessionDeps } from "./run-session.ts";
import { RunStop } from "./run-stop.ts";

export interface RunLoopDeps extends RunSessionDeps {
  /** Most runs at a time. */
  concurrency: number;
  leaseSeconds: number;
}

export interface RunLoop {
  /** Claims no more, lets runs finish for a while, then gives the rest back to the queue. */
  stop(graceMilliseconds: number): Promise<void>;
}

interface Active {
  claim: Claim;
  abort: AbortController;
  done: Promise<void>;
}

/** A wake-up may be lost, so the queue is read this often in any case. */
const POLL_MILLISECONDS = 1000;

/** Claims runs from the queue and works on them until it is stopped. */
export function startRunLoop(deps: RunLoopDeps): RunLoop {
  const active = new Map<string, Active>();
  const stopping = new AbortController();
  /** Leases are kept as long as runs are under way. */
  const idle = new AbortController();
  const queue = createWakeUp((wake) => deps.bus.subscribe(QUEUE_SUBJECT, wake));
  const cancels = createWakeUp((wake) => deps.bus.subscribe(CANCEL_SUBJECT, wake));

  const begin = (claimed: Claim) => {
    const abort = new AbortController();
    // An attempt that outlived its lease makes room for the next one.
    active.get(claimed.runId)?.abort.abort(new RunStop("lease-lost"));
    const run: Active = {
      claim: claimed,
      abort,
      done: attempt(deps, claimed, abort).finally(() => forget(run)),
    };
    active.set(claimed.runId, run);
  };
  const forget = (run: Active) => {
    if (active.get(run.claim.runId) === run) active.delete(run.claim.runId);
    queue.wake();
  };
  const allDone = () => Promise.all([...active.values()].map((run) => run.done));
  const claiming = repeat(stopping.signal, deps, async () => {
    const claims = await claim(deps, deps.concurrency - active.size);
    claims.forEach(begin);
    if (claims.length === 0) await queue.wait(POLL_MILLISECONDS, stopping.signal);
  });
  const renewing = repeat(idle.signal, deps, async () => {
    await cancels.wait((deps.leaseSeconds * 1000) / 3, idle.signal);
    await renew(deps, active);
  });

  return {
    async stop(graceMilliseconds) {
      stopping.abort();
      await claiming;
      await within(graceMilliseconds, allDone());
      for (const run of active.values()) run.abort.abort(new RunStop("give-back"));
      await allDone();
      idle.abort();
      await renewing;
      await deps.database.systemTransaction((tx) => releaseLeases(tx, deps.executorId));
      queue.close();
      cancels.close();
    },
  };
}

async function claim({ database, executorId, leaseSeconds }: RunLoopDeps, limit: number): Promise<Claim[]> {
  if (limit <= 0) return [];
  return database.systemTransaction((tx) => claimRuns(tx, { executorId, leaseSeconds, limit }));
}

/** Keeps the leases of all runs under way; learns which are lost and which are to stop. */
async function renew(deps: RunLoopDeps, active: ReadonlyMap<string, Active>): Promise<void> {
  const { database, executorId, leaseSeconds } = deps;
  const asked = [...active.values()];
  const runIds = asked.map((run) => run.claim.runId);
  const kept = await database.systemTransaction((tx) =>
    renewLeases(tx, { executorId, leaseSeconds, runIds }),
  );
  const byId = new Map(kept.map((lease) => [lease.runId, lease]));
  for (const {
    claim: { runId, attempt: number },
    abort,
  } of asked) {
    const lease = byId.get(runId);
    if (lease?.attempt !== number) abort.abort(new RunStop("lease-lost"));
    else if (lease.cancelRequested) abort.abort(new RunStop("cancelled"));
  }
}

async function attempt(deps: RunLoopDeps, claimed: Claim, abort: AbortController): Promise<void> {
  const attributes = { "ameide.run_id": claimed.runId, "ameide.attempt": claimed.attempt };
  try {
    await inTrace(claimed.traceparent, () =>
      withSpan("run.attempt", attributes, () => runAttempt(deps, claimed, abort)),
    );
  } catch (error) {
    // The lease ends by itself, and another attempt follows.
    deps.warn("an attempt could not be concluded", {
      runId: claimed.runId,
      attempt: claimed.attempt,
      err: error,
    });
  }
}

/** Repeats `step` until the signal; a failing step is reported and tried again after a pause. */
async function repeat(signal: AbortSignal, deps: RunLoopDeps, step: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await step();
    } catch (error) {
      deps.warn("the run queue does not answer", { err: error });
      await within(
        POLL_MILLISECONDS,
        new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true })),
      );
    }
  }
}

async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([work, limit]);
  clearTimeout(timer);
}
