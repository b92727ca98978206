import { claimNamedRuns, claimRuns, type Claim } from "../inference/index.ts";
import type { Database } from "../platform/db/database.ts";
import type { WorkQueue } from "../platform/work-queue/work-queue.ts";

export interface RunClaimsDeps {
  database: Database;
  workQueue: WorkQueue;
  executorId: string;
  leaseSeconds: number;
}

/** How often all due runs are looked for: hints may be lost, and a run whose lease has ended comes without one. */
const POLL_MILLISECONDS = 1000;
/** The same while hints arrive; what a run waits for beyond the lease of an executor that died. */
const SLOW_POLL_MILLISECONDS = 2000;
/** How long hints are waited for when it is known that runs are due. */
const GLANCE_MILLISECONDS = 20;

/** Resolves to runs that are this executor's from now on, at most `limit`; to none after a while, or on the signal. */
export type ClaimNext = (limit: number, signal: AbortSignal) => Promise<Claim[]>;

/** Claims what hints name and, now and then, whatever else is due. The database decides who gets a run. */
export function createRunClaims(deps: RunClaimsDeps): ClaimNext {
  let polled = Number.NEGATIVE_INFINITY;
  /** Whether the last search left some, as far as one can know. */
  let isBacklog = false;
  const untilPoll = () =>
    polled + (deps.workQueue.isReliable() ? SLOW_POLL_MILLISECONDS : POLL_MILLISECONDS) - performance.now();

  return async (limit, signal) => {
    if (untilPoll() <= 0) {
      const claims = await claimDue(deps, limit);
      polled = performance.now();
      isBacklog = claims.length === limit;
      if (claims.length > 0) return claims;
    }
    const milliseconds = Math.min(untilPoll(), isBacklog ? GLANCE_MILLISECONDS : POLL_MILLISECONDS);
    const claims = await claimHinted(deps, { limit, milliseconds, signal });
    // A backlog without hints is worked off by one search after the other; with them, each names its run.
    if (isBacklog && claims.length === 0) polled = Number.NEGATIVE_INFINITY;
    return claims;
  };
}

function claimDue({ database, executorId, leaseSeconds }: RunClaimsDeps, limit: number): Promise<Claim[]> {
  return database.systemTransaction((tx) => claimRuns(tx, { executorId, leaseSeconds, limit }));
}

async function claimHinted(
  { database, workQueue, executorId, leaseSeconds }: RunClaimsDeps,
  options: Parameters<WorkQueue["take"]>[0],
): Promise<Claim[]> {
  const hints = await workQueue.take(options);
  if (hints.length === 0) return [];
  const runs = hints.map(({ tenantId, workId }) => ({ tenantId, runId: workId }));
  const claims = await database.systemTransaction((tx) =>
    claimNamedRuns(tx, { executorId, leaseSeconds, runs }),
  );
  // Also of runs that somebody else has, or that have ended: there is nothing to come back for.
  for (const hint of hints) hint.done();
  return claims;
}
