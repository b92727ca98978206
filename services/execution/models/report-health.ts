import { forgetHealth, saveHealth, type HealthReport } from "../../inference/index.ts";
import type { Database } from "../../platform/db/database.ts";
import type { ChatModel } from "./model-factory.ts";

export interface HealthReportDeps {
  database: Database;
  executorId: string;
  health(): readonly HealthReport[];
  now: () => Date;
  warn(message: string, details: Record<string, unknown>): void;
  /** Default: five seconds. */
  everyMilliseconds?: number;
}

const EVERY_MILLISECONDS = 5_000;

/** Tells the gateways, every few seconds, how this executor finds the models; stopping takes it back. */
export function startHealthReports(deps: HealthReportDeps): { stop(): Promise<void> } {
  const { database, executorId, everyMilliseconds = EVERY_MILLISECONDS } = deps;
  let told: Promise<void> = Promise.resolve();
  let hasFailed = false;
  const tell = () => {
    told = told
      .then(() => database.systemTransaction((tx) => saveHealth(tx, executorId, deps.health(), deps.now())))
      .then(
        () => void (hasFailed = false),
        (error: unknown) => {
          if (!hasFailed) deps.warn("how the providers are could not be told", { err: error });
          hasFailed = true;
        },
      );
  };
  tell();
  const timer = setInterval(tell, everyMilliseconds);
  timer.unref();
  return {
    async stop() {
      clearInterval(timer);
      await told;
      await database.systemTransaction((tx) => forgetHealth(tx, executorId)).catch(() => undefined);
    },
  };
}

export function healthReport({ ref, guard }: ChatModel): HealthReport {
  const { breaker, inFlight, successRatio, firstTokenMilliseconds, lastFailure } = guard.health();
  return {
    model: ref,
    breaker,
    inFlight,
    successPercent: successRatio === undefined ? null : Math.round(successRatio * 100),
    firstTokenMilliseconds: firstTokenMilliseconds === undefined ? null : Math.round(firstTokenMilliseconds),
    failure: lastFailure?.what ?? "",
    failTime: lastFailure?.time ?? null,
  };
}
