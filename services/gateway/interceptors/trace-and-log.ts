import { Code, ConnectError, type Interceptor } from "@connectrpc/connect";
import { context, ROOT_CONTEXT, SpanStatusCode, trace, type Span } from "@opentelemetry/api";
import type { Log } from "../../platform/telemetry/log.ts";
import { requestInfoKey } from "../request-info.ts";
import { responseBodyKey } from "../response-body.ts";
import { createLineBudget } from "./line-budget.ts";
import { observeStream } from "./observe-stream.ts";

/** Faults of ours; everything else is between the caller and their request. */
const FAULTS = new Set([Code.Internal, Code.Unknown, Code.DataLoss]);

/**
 * Runs the call in its span and writes one log line at its end; a stream's end with its stream. Answered calls and
 * callers who left are logged at debug.
 */
export function createTraceAndLog(log: Log): Interceptor {
  const report = createReport(log);
  return (next) => async (req) => {
    const { traceId, span, startedAt } = req.contextValues.get(requestInfoKey);
    const rpc = `${req.service.typeName}/${req.method.name}`;
    const within = trace.setSpan(ROOT_CONTEXT, span);
    const around = <R>(step: () => R): R => context.with(within, step);
    const over = (messages: number, error?: unknown) => {
      end(span, error);
      const line = { rpc, traceId, milliseconds: Math.round(performance.now() - startedAt), messages };
      const body = req.contextValues.get(responseBodyKey);
      report(line, error, body?.hasLeft() === true || hasLeft(req.signal));
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

/** Whether nobody waits for the answer any more; a deadline is the caller's own, and worth a line. */
const hasLeft = ({ aborted, reason }: AbortSignal): boolean =>
  aborted && ConnectError.from(reason).code !== Code.DeadlineExceeded;

const REFUSALS_PER_SECOND = 20;
const FAULTS_PER_SECOND = 50;

type Report = (line: Record<string, unknown>, error: unknown, callerLeft: boolean) => void;

/** Beyond so many a second, failed calls are logged at debug. */
function createReport(log: Log): Report {
  const refusals = createLineBudget(REFUSALS_PER_SECOND, (more) => log.info({ more }, "more were refused"));
  const faults = createLineBudget(FAULTS_PER_SECOND, (more) => log.error({ more }, "more failed"));
  return (line, error, callerLeft) => {
    if (error === undefined) return log.debug(line, "answered");
    const { code, cause, rawMessage } = ConnectError.from(error);
    const details = { ...line, code: Code[code], reason: rawMessage };
    if (FAULTS.has(code)) log[faults.take() ? "error" : "debug"]({ ...details, err: cause }, "failed");
    else if (callerLeft || code === Code.Canceled) log.debug(details, "the caller left");
    else log[refusals.take() ? "info" : "debug"](details, "refused");
  };
}
