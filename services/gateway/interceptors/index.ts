import type { Interceptor } from "@connectrpc/connect";
import { createValidateInterceptor } from "@connectrpc/validate";
import type { Log } from "../../platform/telemetry/log.ts";
import { createLeaveOnDrain } from "./leave-on-drain.ts";
import { createMapErrors } from "./map-errors.ts";
import { createTraceAndLog } from "./trace-and-log.ts";

/**
 * What every call passes, outermost first. The request gate has run before: it knows who calls, and strangers never
 * come this far. Tracing sees the mapped error, so it stands outside; leaving and validation fail like anything
 * else, so they stand inside.
 */
export function createInterceptors(log: Log, draining: AbortSignal): Interceptor[] {
  return [
    createTraceAndLog(log),
    createMapErrors(),
    createLeaveOnDrain(draining),
    createValidateInterceptor(),
  ];
}
