import type { DescMethod, DescService } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";
import type { Actor } from "../platform/auth/actor.ts";
import { ConfigError } from "../platform/config/config.ts";
import { AppError } from "../platform/errors/app-error.ts";
import type { Allowance, RateLimiter, UsedUp } from "../platform/rate-limit/rate-limiter.ts";
import type { StreamLimit, StreamPlaces } from "../platform/rate-limit/stream-places.ts";

/** How much callers may do; 0 is without a limit. */
export interface RequestLimitSettings {
  /** Commands and run starts of a user. */
  userPerMinute: number;
  /** Everything that changes nothing; opening a stream counts once. */
  userReadsPerMinute: number;
  tenantPerMinute: number;
  tenantReadsPerMinute: number;
  /** A user's calls of single methods, by names such as `ameide.chat.v1.ChatCommandService/SendMessage`. */
  methodsPerMinute: Readonly<Record<string, number>>;
  streamsPerUser: number;
  streamsPerTenant: number;
}

/** Lets a call in, or throws RATE_LIMITED or TOO_MANY_STREAMS. A stream's place is free again once `over` aborts. */
export type AdmitRequest = (actor: Actor, method: DescMethod, over: AbortSignal) => Promise<void>;

export interface RequestLimits {
  rates: RateLimiter;
  places: StreamPlaces;
}

const MINUTE_SECONDS = 60;
/** A stream may end at any time; so long nobody need try again. */
const STREAM_RETRY_MILLISECONDS = 5000;

export function createRequestLimits(
  { rates, places }: RequestLimits,
  settings: RequestLimitSettings,
  services: readonly DescService[],
): AdmitRequest {
  refuseUnknownNames(settings, services);
  return async (actor, method, over) => {
    const usedUp = await rates.take(allowancesOf(settings, actor, method));
    if (usedUp) throw rateLimited(usedUp);
    if (method.methodKind === "unary") return;
    const { full, release } = await places.take(actor.tenantId, streamLimitsOf(settings, actor));
    if (full) throw tooManyStreams(full);
    if (over.aborted) release();
    else over.addEventListener("abort", release, { once: true });
  };
}

/** The narrowest first, so that who is refused takes nothing from their tenant. */
function allowancesOf(
  settings: RequestLimitSettings,
  { tenantId, userId }: Actor,
  method: DescMethod,
): Allowance[] {
  const name = nameOf(method);
  const user = `${tenantId}:${userId}`;
  const [perUser, perTenant, suffix] = isRead(method)
    ? [settings.userReadsPerMinute, settings.tenantReadsPerMinute, " reads"]
    : [settings.userPerMinute, settings.tenantPerMinute, ""];
  const perMinute = (scope: string, key: string, limit = 0) => ({
    scope,
    key,
    limit,
    windowSeconds: MINUTE_SECONDS,
  });
  return [
    perMinute(`method ${name}`, user, settings.methodsPerMinute[name]),
    perMinute(`user${suffix}`, user, perUser),
    perMinute(`tenant${suffix}`, tenantId, perTenant),
  ].filter(({ limit }) => limit > 0);
}

function streamLimitsOf(
  { streamsPerUser, streamsPerTenant }: RequestLimitSettings,
  { userId }: Actor,
): StreamLimit[] {
  return [
    { scope: "user", key: userId, limit: streamsPerUser },
    { scope: "tenant", key: "", limit: streamsPerTenant },
  ].filter(({ limit }) => limit > 0);
}

function refuseUnknownNames(
  { methodsPerMinute }: RequestLimitSettings,
  services: readonly DescService[],
): void {
  const known = new Set(services.flatMap(({ methods }) => methods.map(nameOf)));
  const unknown = Object.keys(methodsPerMinute).filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new ConfigError(`RATE_METHODS_PER_MINUTE names what is no method: ${unknown.join(", ")}`);
}

const nameOf = (method: DescMethod): string => `${method.parent.typeName}/${method.name}`;

const isRead = ({ idempotency }: DescMethod) =>
  idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;

function rateLimited({ allowance, retryAfterMilliseconds }: UsedUp): AppError {
  const { scope, limit, windowSeconds } = allowance;
  const [who = "", ...what] = scope.split(" ");
  const seconds = Math.ceil(retryAfterMilliseconds / 1000);
  const message = `more than ${limit} calls in ${windowSeconds} seconds; try again in ${seconds}`;
  const metadata = {
    scope: who,
    ...(what.length > 0 && { counted: what.join(" ") }),
    limit: String(limit),
    window_seconds: String(windowSeconds),
  };
  return new AppError("RATE_LIMITED", message, { metadata, retryAfterMilliseconds });
}

function tooManyStreams({ scope, limit }: StreamLimit): AppError {
  const message = `this ${scope} has ${limit} streams open and may have no more; close one and try again`;
  const metadata = { scope, limit: String(limit) };
  return new AppError("TOO_MANY_STREAMS", message, {
    metadata,
    retryAfterMilliseconds: STREAM_RETRY_MILLISECONDS,
  });
}
