import type { Database } from "../platform/db/database.ts";
import { sweepRequestLog } from "../platform/command/request-log-store.ts";
import type { Log } from "../platform/telemetry/log.ts";

const HOUR = 3_600_000;
/** A repeat of a command gets the first answer for this long. */
const KEEP_REQUESTS = 48 * HOUR;

/** Deletes what is kept for a time only; once at the start and then every hour. */
export function startSweeper(deps: { database: Database; now: () => Date; log: Log }): { stop(): void } {
  const sweep = async () => {
    try {
      const olderThan = new Date(deps.now().getTime() - KEEP_REQUESTS);
      const requests = await deps.database.systemTransaction((tx) => sweepRequestLog(tx, olderThan));
      if (requests > 0) deps.log.info({ requests }, "swept answers that are no longer repeated");
    } catch (error) {
      deps.log.warn({ err: error }, "sweeping failed; it is tried again in an hour");
    }
  };
  void sweep();
  const timer = setInterval(() => void sweep(), HOUR);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
