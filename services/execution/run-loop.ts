import { setTimeout as sleep } from "node:timers/promises";
import { CANCEL_SUBJECT, releaseLeases, renewLeases, type Claim } from "../inference/index.ts";
import { createWakeUp } from "../platform/bus/wake-up.ts";
import { inTrace, withSpan } from "../platform/telemetry/trace.ts";
import { runAttempt } from "./run-attempt.ts";
import { createRunClaims } from "./run-claims.ts";
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

/** After a failure. */
const PAUSE_MILLISECONDS = 1000;

/** Claims runs from the queue and works on them until it is stopped. */
export function startRunLoop(deps: RunLoopDeps): RunLoop {
  const active = new Map<string, Active>();
  const stopping = new AbortController();
  /** Leases are kept as long as runs are under way. */
  const idle = new AbortController();
  const claimNext = createRunClaims(deps);
  /** Woken when a run makes room for another. */
  const places = createWakeUp(() => () => undefined);
  const cancels = createWakeUp((wake) => deps.bus.subscribe(CANCEL_SUBJECT, wake));

  const begin = (claimed: Claim) => beginAttempt(deps, active, claimed, () => places.wake());
  const allDone = () => Promise.all([...active.values()].map((run) => run.done));
  const claiming = repeat(stopping.signal, deps, async () => {
    const free = deps.concurrency - active.size;
    if (free > 0) (await claimNext(free, stopping.signal)).forEach(begin);
    else await places.wait(PAUSE_MILLISECONDS, stopping.signal);
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
      places.close();
      cancels.close();
    },
  };
}

function beginAttempt(
  deps: RunLoopDeps,
  active: Map<string, Active>,
  claimed: Claim,
  onDone: () => void,
): void {
  const abort = new AbortController();
  // An attempt that outlived its lease makes room for the next one.
  active.get(claimed.runId)?.abort.abort(new RunStop("lease-lost"));
  const forget = () => {
    if (active.get(claimed.runId) === run) active.delete(claimed.runId);
    onDone();
  };
  const run: Active = { claim: claimed, abort, done: attempt(deps, claimed, abort).finally(forget) };
  active.set(claimed.runId, run);
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
      await sleep(PAUSE_MILLISECONDS, undefined, { signal }).catch(() => undefined);
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
