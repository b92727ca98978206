import type { Interceptor } from "@connectrpc/connect";
import { createValidateInterceptor } from "@connectrpc/validate";
import type { Log } from "../../platform/telemetry/log.ts";
import { createMapErrors } from "./map-errors.ts";
import { createTraceAndLog } from "./trace-and-log.ts";

/**
 * What every call passes, outermost first. The request gate has run before: it knows who calls, and strangers never
 * come this far. Tracing sees the mapped error, so it stands outside; validation is a failure like any other, so
 * it stands inside.
 */
export function createInterceptors(log: Log): Interceptor[] {
  return [createTraceAndLog(log), createMapErrors(), createValidateInterceptor()];
}
