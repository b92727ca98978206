import { AppError } from "../../platform/errors/app-error.ts";
import { ResponseTooLarge } from "./limited-fetch.ts";

export interface ProviderFailure {
  /** PROVIDERS_EXHAUSTED; says which provider and what happened, never what it sent or what we sent. */
  error: AppError;
  /** Whether the same call may succeed in a moment. */
  transient: boolean;
  /** What the provider asked to wait. */
  retryAfterMilliseconds: number | undefined;
}

/** The provider did not take the call: it answered with an error, or could not be reached. */
export class ProviderRefused extends AppError {}
/** The provider was silent for too long. */
export class ProviderStalled extends Error {}
/** The provider ended its answer without having said anything. */
export class ProviderSaidNothing extends Error {
  override message = "answered nothing";
}

/** What callers are told to wait when the provider tells nothing. */
const DEFAULT_RETRY_MILLISECONDS = 5_000;
const LONGEST_RETRY_MILLISECONDS = 24 * 3600 * 1000;

export function providerFailure(provider: string, error: unknown): ProviderFailure {
  const { what, transient } = describe(error);
  const refused = statusOf(error) !== undefined || isUnreachable(error);
  const retryAfterMilliseconds = retryAfterOf(error);
  const options = {
    metadata: { provider },
    retryAfterMilliseconds: retryAfterMilliseconds ?? DEFAULT_RETRY_MILLISECONDS,
  };
  const Told = refused ? ProviderRefused : AppError;
  const told = new Told("PROVIDERS_EXHAUSTED", `the model provider ${provider} ${what}`, options);
  return { transient, retryAfterMilliseconds, error: told };
}

function describe(error: unknown): { what: string; transient: boolean } {
  if (error instanceof ProviderStalled) return { what: error.message, transient: false };
  if (error instanceof ProviderSaidNothing) return { what: error.message, transient: false };
  if (causedBy(error, (e) => e instanceof ResponseTooLarge))
    return { what: "sent more than is taken", transient: false };
  const status = statusOf(error);
  if (status === 429) return { what: "has too many calls (429)", transient: true };
  if (status === 401 || status === 403)
    return { what: `refuses our credentials (${status})`, transient: false };
  if (status !== undefined && status >= 500) return { what: `failed (${status})`, transient: true };
  if (status !== undefined) return { what: `refused the call (${status})`, transient: false };
  if (isUnreachable(error)) return { what: "cannot be reached", transient: true };
  return { what: "broke off its answer", transient: false };
}

function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  return typeof status === "number" ? status : undefined;
}

/** Both clients name it so when there was no response at all. */
function isUnreachable(error: unknown): boolean {
  return error instanceof Error && error.constructor.name.startsWith("APIConnection");
}

function causedBy(error: unknown, test: (error: unknown) => boolean): boolean {
  for (let e = error; e instanceof Error; e = e.cause) if (test(e)) return true;
  return false;
}

/** `Retry-After` in seconds or as a date. */
function retryAfterOf(error: unknown): number | undefined {
  const headers = error instanceof Error && "headers" in error ? error.headers : undefined;
  const value = headers instanceof Headers ? headers.get("retry-after")?.trim() : undefined;
  if (value === undefined || value === "") return undefined;
  const milliseconds = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  if (Number.isNaN(milliseconds)) return undefined;
  return Math.round(Math.min(Math.max(milliseconds, 0), LONGEST_RETRY_MILLISECONDS));
}
