import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { context, ROOT_CONTEXT, SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import type { Log } from "../../platform/telemetry/log.ts";
import { requestInfoKey } from "../request-info.ts";
import { responseBodyKey } from "../response-body.ts";
import { observeStream } from "./observe-stream.ts";

/** Faults of ours; everything else is between the caller and their request. */
const FAULTS = new Set([Code.Internal, Code.Unknown, Code.DataLoss]);

/**
 * Runs the call in its span and writes one log line at its end; a stream's end with its stream. Answered calls and
 * callers who left are logged at debug.
 */
export function createTraceAndLog(log: Log): Interceptor {
  return (next) => async (req) => {
    const { traceId, span, startedAt } = req.contextValues.get(requestInfoKey);
    const rpc = `${req.service.typeName}/${req.method.name}`;
    const within = trace.setSpan(ROOT_CONTEXT, span);
    const around = <R>(step: () => R): R => context.with(within, step);
    const over = (messages: number, error?: unknown) => {
      end(span, error);
      const line = { rpc, traceId, milliseconds: Math.round(performance.now() - startedAt), messages };
      report(log, line, error);
    };
    try {
      const res = await around(() => next(req));
      if (!res.stream) {
        over(1);
        return res;
      }
      const all = (count: number) => count + (req.contextValues.get(responseBodyKey)?.messages ?? 0);
      const onEnd = (count: number) => over(all(count));
      const onError = (error: unknown, count: number) => {
        over(all(count), error);
        return error;
      };
      return { ...res, message: observeStream(res.message, { around, onEnd, onError }) };
    } catch (error) {
      over(0, error);
      throw error;
    }
  };
}

function end(span: Span, error: unknown): void {
  if (error !== undefined)
    span.setStatus({ code: SpanStatusCode.ERROR, message: Code[ConnectError.from(error).code] });
  span.end();
}

function report(log: Log, line: Record<string, unknown>, error: unknown): void {
  if (error === undefined) return log.debug(line, "answered");
  const { code, cause, rawMessage } = ConnectError.from(error);
  const details = { ...line, code: Code[code], reason: rawMessage };
  if (FAULTS.has(code)) log.error({ ...details, err: cause }, "failed");
  else if (code === Code.Canceled) log.debug(details, "the caller left");
  else log.info(details, "refused");
}
