import { randomBytes } from "node:crypto";
import { scope as scopeOption } from "@ameide/proto/ameide/auth/v1/scope_pb.js";
import { getOption, hasOption, type DescMethod } from "@bufbuild/protobuf";
import type { HandlerContext } from "@connectrpc/connect";
import { requireScope } from "../platform/auth/actor.ts";
import { setActor } from "../platform/auth/request-actor.ts";
import { isScope, type Scope } from "../platform/auth/scopes.ts";
import { unauthenticated, type VerifyToken } from "../platform/auth/verify-token.ts";
import { toConnectError } from "../platform/errors/to-connect-error.ts";
import { requestInfoKey } from "./request-info.ts";

/** Services that anybody may call: they tell nothing about any tenant. */
const OPEN_SERVICES = new Set([
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
]);

/**
 * Runs before a request's body is read: who calls, and do their roles grant what the method asks for? So strangers can
 * neither probe the schema nor make the server parse anything.
 */
export function createRequestGate(
  verify: VerifyToken,
  refused: (context: HandlerContext, error: unknown) => void,
) {
  return async (context: HandlerContext): Promise<void> => {
    const traceId = traceIdOf(context.requestHeader.get("traceparent"));
    context.values.set(requestInfoKey, { traceId, startedAt: performance.now() });
    if (OPEN_SERVICES.has(context.service.typeName)) return;
    try {
      const actor = { ...(await verify(bearerOf(context.requestHeader))), traceId };
      requireScope(actor, scopeOf(context.method));
      setActor(context.values, actor);
    } catch (error) {
      refused(context, error);
      throw toConnectError(error, traceId);
    }
  };
}

function bearerOf(headers: Headers): string {
  const [, token] = /^Bearer ([^\s]+)$/i.exec(headers.get("authorization") ?? "") ?? [];
  if (token === undefined) throw unauthenticated();
  return token;
}

/** The scope that a method declares in its contract. A method without one is a mistake that stops the start. */
export function scopeOf(method: DescMethod): Scope {
  const scope = hasOption(method, scopeOption) ? getOption(method, scopeOption) : "";
  if (isScope(scope)) return scope;
  throw new TypeError(`${method.parent.typeName}.${method.name} declares no known scope`);
}

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;

function traceIdOf(traceparent: string | null): string {
  const [, traceId] = TRACEPARENT.exec(traceparent ?? "") ?? [];
  return traceId ?? randomBytes(16).toString("hex");
}
