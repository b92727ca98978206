import { pino, type Logger } from "pino";
import { describeError } from "./describe-error.ts";
import { currentTraceId } from "./trace.ts";

export type Log = Logger;

/** Structured lines on standard output, each with the trace id of the work under way. */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    serializers: { err: describeError },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    mixin: () => {
      const traceId = currentTraceId();
      return traceId === undefined ? {} : { traceId };
    },
    redact: [
      "authorization",
      "*.authorization",
      "token",
      "*.token",
      "apiKey",
      "*.apiKey",
      "api_key",
      "*.api_key",
    ],
  });
}
