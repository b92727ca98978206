import { scope as scopeOption } from "@ameide/proto/ameide/auth/v1/scope_pb.js";
import { getOption, hasOption, type DescMethod } from "@bufbuild/protobuf";
import { Code, type HandlerContext } from "@connectrpc/connect";
import { SpanStatusCode } from "@opentelemetry/api";
import { requireScope } from "../platform/auth/actor.ts";
import { setActor } from "../platform/auth/request-actor.ts";
import { isScope, type Scope } from "../platform/auth/scopes.ts";
import { unauthenticated, type VerifyToken } from "../platform/auth/verify-token.ts";
import { toConnectError } from "../platform/errors/to-connect-error.ts";
import type { Log } from "../platform/telemetry/log.ts";
import { requestInfoKey } from "./request-info.ts";
import type { AdmitRequest } from "./request-limits.ts";
import { startRequest } from "./request-span.ts";

/** Services that anybody may call: they tell nothing about any tenant. */
const OPEN_SERVICES = new Set([
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
]);

/**
 * Runs before a request's body is read: who calls, do their roles grant what the method asks for, and may they call so
 * often? So strangers can neither probe the schema nor make the server parse anything.
 */
export function createRequestGate(verify: VerifyToken, log: Log, admit?: AdmitRequest) {
  return async (context: HandlerContext): Promise<void> => {
    const info = startRequest(context);
    context.values.set(requestInfoKey, info);
    if (OPEN_SERVICES.has(context.service.typeName)) return;
    const { traceId, span } = info;
    try {
      const actor = { ...(await verify(bearerOf(context.requestHeader))), traceId };
      requireScope(actor, scopeOf(context.method));
      setActor(context.values, actor);
      await admit?.(actor, context.method, context.signal);
    } catch (error) {
      const refusal = toConnectError(error, traceId);
      span.setStatus({ code: SpanStatusCode.ERROR, message: Code[refusal.code] }).end();
      const rpc = `${context.service.typeName}/${context.method.name}`;
      const level = refusal.code === Code.Unavailable ? "warn" : "debug";
      log[level]({ rpc, traceId, err: error }, "refused at the gate");
      throw refusal;
    }
  };
}

/** The scheme's case does not matter (RFC 9110); two headers arrive joined by a comma and are no token. */
function bearerOf(headers: Headers): string {
  const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (token === undefined) throw unauthenticated();
  return token;
}

/** Reading an option decodes it anew each time. */
const scopes = new Map<DescMethod, Scope>();

/** The scope that a method declares in its contract. A method without one is a mistake that stops the start. */
export function scopeOf(method: DescMethod): Scope {
  const known = scopes.get(method) ?? declaredScope(method);
  scopes.set(method, known);
  return known;
}

function declaredScope(method: DescMethod): Scope {
  const scope = hasOption(method, scopeOption) ? getOption(method, scopeOption) : "";
  if (isScope(scope)) return scope;
  throw new TypeError(`${method.parent.typeName}.${method.name} declares no known scope`);
}
