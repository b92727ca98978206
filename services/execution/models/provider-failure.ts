import { ResponseTooLarge } from "./limited-fetch.ts";

/** One call to a provider failed. Says what happened, never what the provider sent or what we sent. */
export class ProviderFailed extends Error {
  override name = "ProviderFailed";
  /** Whether the same call may succeed in a moment. */
  readonly transient: boolean;
  /** The provider did not take the call: it answered with an error, or could not be reached. Nothing is owed for it. */
  readonly refused: boolean;
  /** The provider is to blame. A call that it rightly refuses says nothing about its health. */
  readonly faulty: boolean;
  /** What the provider asked to wait. */
  readonly retryAfterMilliseconds: number | undefined;

  constructor(what: string, fields: Partial<Omit<ProviderFailed, keyof Error>> = {}) {
    super(what);
    this.transient = fields.transient ?? false;
    this.refused = fields.refused ?? false;
    this.faulty = fields.faulty ?? true;
    this.retryAfterMilliseconds = fields.retryAfterMilliseconds;
  }
}

const LONGEST_RETRY_MILLISECONDS = 24 * 3600 * 1000;

/** What became of a call, whatever a provider's client threw. */
export function providerFailed(error: unknown): ProviderFailed {
  if (error instanceof ProviderFailed) return error;
  if (causedBy(error, (e) => e instanceof ResponseTooLarge))
    return new ProviderFailed("sent more than is taken");
  const status = statusOf(error);
  if (status !== undefined) return refusal(status, retryAfterOf(error));
  if (isUnreachable(error))
    return new ProviderFailed("cannot be reached", { transient: true, refused: true });
  return new ProviderFailed("broke off its answer");
}

function refusal(status: number, retryAfterMilliseconds: number | undefined): ProviderFailed {
  const told = { refused: true, retryAfterMilliseconds };
  if (status === 429) return new ProviderFailed("has too many calls (429)", { ...told, transient: true });
  if (status >= 500 || status === 408)
    return new ProviderFailed(`failed (${status})`, { ...told, transient: true });
  const what = status === 401 || status === 403 ? "refuses our credentials" : "refused the call";
  return new ProviderFailed(`${what} (${status})`, { ...told, faulty: false });
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
