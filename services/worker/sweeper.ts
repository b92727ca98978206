import { sweepRequestLog } from "../platform/command/request-log-store.ts";
import type { Database, Tx } from "../platform/db/database.ts";
import { SWEEP_ROWS } from "../platform/db/sweep-rows.ts";
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
  sweepAnswers(systemTx: Tx, now: Date): Promise<number>;
  /** Deletes uploads that were never used and objects that nobody needs; resolves to how many. */
  sweepContent(now: Date): Promise<number>;
}

/** Deletes what is kept for a time only; once at the start and then every hour. */
export function startSweeper(deps: SweeperDeps): { stop(): Promise<void> } {
  const stopping = new AbortController();
  let under = sweepAll(deps, stopping.signal);
  const timer = setInterval(() => (under = under.then(() => sweepAll(deps, stopping.signal))), HOUR);
  timer.unref();
  return {
    stop() {
      stopping.abort();
      clearInterval(timer);
      return under;
    },
  };
}

async function sweepAll(
  { database, now, log, sweepAnswers, sweepContent }: SweeperDeps,
  signal: AbortSignal,
): Promise<void> {
  const before = (kept: number) => new Date(now().getTime() - kept);
  const repeated = async (sweep: (tx: Tx) => Promise<number>) => {
    let swept = 0;
    for (let went = SWEEP_ROWS; went >= SWEEP_ROWS && !signal.aborted; swept += went)
      went = await database.systemTransaction(sweep);
    return swept;
  };
  try {
    const requests = await repeated((tx) => sweepRequestLog(tx, before(KEEP_REQUESTS)));
    const consumed = await repeated((tx) => sweepConsumedEvents(tx, before(KEEP_CONSUMED)));
    const answers = await repeated((tx) => sweepAnswers(tx, now()));
    const content = await sweepContent(now());
    if (requests + consumed + answers + content > 0)
      log.info({ requests, consumed, answers, content }, "swept what is kept for a time only");
  } catch (error) {
    log.warn({ err: error }, "sweeping failed; it is tried again in an hour");
  }
}
