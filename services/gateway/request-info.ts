import { createContextKey } from "@connectrpc/connect";
import { trace, type Span } from "@opentelemetry/api";

/** What is known of a request from its first moment. */
export interface RequestInfo {
  /** W3C trace id: the caller's, or a new one. The span's, the log lines' and the stored events'. */
  traceId: string;
  /** The call, from its first moment to the end of its answer. */
  span: Span;
  startedAt: number;
}

const NO_SPAN = trace.wrapSpanContext({ traceId: "", spanId: "", traceFlags: 0 });

export const requestInfoKey = createContextKey<RequestInfo>(
  { traceId: "", span: NO_SPAN, startedAt: 0 },
  { description: "trace and start of the request" },
);
