import { randomBytes } from "node:crypto";
import type { HandlerContext } from "@connectrpc/connect";
import {
  isSpanContextValid,
  isValidTraceId,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  trace,
  type TextMapGetter,
} from "@opentelemetry/api";
import type { RequestInfo } from "./request-info.ts";

const tracer = trace.getTracer("ameide.gateway");
const HEADERS: TextMapGetter<Headers> = {
  get: (headers, name) => headers.get(name) ?? undefined,
  keys: (headers) => [...headers.keys()],
};
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-|$)/;

/** Opens the call's span under the caller's. Also without a tracer every call has a trace id: the caller's or a new one. */
export function startRequest({ service, method, requestHeader }: HandlerContext): RequestInfo {
  const parent = propagation.extract(ROOT_CONTEXT, requestHeader, HEADERS);
  const attributes = { "rpc.system": "connect_rpc" };
  const name = `${service.typeName}/${method.name}`;
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parent);
  const spanContext = span.spanContext();
  const traceId = isSpanContextValid(spanContext) ? spanContext.traceId : callersTraceId(requestHeader);
  return { traceId, span, startedAt: performance.now() };
}

function callersTraceId(headers: Headers): string {
  const [, traceId = ""] = TRACEPARENT.exec(headers.get("traceparent") ?? "") ?? [];
  return isValidTraceId(traceId) ? traceId : randomBytes(16).toString("hex");
}
