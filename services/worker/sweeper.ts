import type { Database, Tx } from "../platform/db/database.ts";
import { sweepRequestLog } from "../platform/command/request-log-store.ts";
import { sweepConsumedEvents } from "../platform/event-consumer/consumed-event-store.ts";
import type { Log } from "../platform/telemetry/log.ts";

const HOUR = 3_600_000;
/** A repeat of a command gets the first answer for this long. */
const KEEP_REQUESTS = 48 * HOUR;
/** As long as a dead letter can be delivered again. */
const KEEP_CONSUMED = 30 * 24 * HOUR;

export interface SweeperDeps {
  database: Database;
  now: () => Date;
  log: Log;
  /** Deletes model answers that may not be given again; resolves to how many. */
  sweepAnswers?(systemTx: Tx, now: Date): Promise<number>;
}

/** Deletes what is kept for a time only; once at the start and then every hour. */
export function startSweeper(deps: SweeperDeps): { stop(): void } {
  const sweep = async () => {
    try {
      const before = (kept: number) => new Date(deps.now().getTime() - kept);
      const { requests, consumed, answers } = await deps.database.systemTransaction(async (tx) => ({
        requests: await sweepRequestLog(tx, before(KEEP_REQUESTS)),
        consumed: await sweepConsumedEvents(tx, before(KEEP_CONSUMED)),
        answers: (await deps.sweepAnswers?.(tx, deps.now())) ?? 0,
      }));
      if (requests + consumed + answers > 0)
        deps.log.info({ requests, consumed, answers }, "swept what is kept for a time only");
    } catch (error) {
      deps.log.warn({ err: error }, "sweeping failed; it is tried again in an hour");
    }
  };
  void sweep();
  const timer = setInterval(() => void sweep(), HOUR);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
