import { Code, ConnectError } from "@connectrpc/connect";
import { backoffDelay, canceled, sleep } from "./backoff.ts";
import { type Connection, connect, type Open } from "./connection.ts";
import { retryDelayOf } from "./errors.ts";

/** How a stream is kept alive. Times are in milliseconds. */
export interface ReconnectPolicy {
  /** How often to reconnect in a row without any progress before the last error is thrown; default 10. */
  readonly maxReconnects: number;
  /** How long nothing may arrive before the connection is given up; default 20,000 for runs, 40,000 for updates. */
  readonly silenceTimeoutMs: number;
  /** Wait before the first reconnect, doubled with each failure, half of it random; default 250. */
  readonly baseDelayMs: number;
  /** Longest wait, unless the server asks for more; default 15,000. */
  readonly maxDelayMs: number;
  /** A number from 0 to less than 1, for the jitter; default Math.random. */
  readonly random: () => number;
}

/** The policy with some of its fields replaced; undefined replaces nothing. */
export function withOverrides(policy: ReconnectPolicy, overrides: Partial<ReconnectPolicy>): ReconnectPolicy {
  return {
    maxReconnects: overrides.maxReconnects ?? policy.maxReconnects,
    silenceTimeoutMs: overrides.silenceTimeoutMs ?? policy.silenceTimeoutMs,
    baseDelayMs: overrides.baseDelayMs ?? policy.baseDelayMs,
    maxDelayMs: overrides.maxDelayMs ?? policy.maxDelayMs,
    random: overrides.random ?? policy.random,
  };
}

/** What came of a message. */
export interface Received<U> {
  /** What to hand to the consumer. */
  readonly updates: readonly U[];
  /** Read on; open the next stream at once; open it after a wait; or stop. */
  readonly next: "read" | "reopen" | "resume" | "finish";
  /** Whether the stream got further; failures are then counted anew. */
  readonly progress: boolean;
  /** Why a wait is needed; only with `resume`. */
  readonly cause?: ConnectError;
  /** What the server asked to wait at least; only with `resume`. */
  readonly delayMs?: number;
}

/** Something that can be streamed in pieces: it remembers where it stands. */
export interface Source<M, U> {
  /** Opens a stream from where the source stands. */
  readonly open: Open<M>;
  /** Takes a message in. */
  receive(message: M): Received<U>;
  /** Takes the end of the stream in. */
  ended(): Received<U>;
  /** Judges an error: a transient one is followed by another attempt, others are thrown. */
  isTransient(error: ConnectError): boolean;
  /** What to tell the consumer before a wait. */
  reconnecting(delayMs: number, failures: number, cause: ConnectError): readonly U[];
}

/** A connection that lived this long was no failure: an idle stream may end by a proxy or by silence. */
const STABLE_AFTER_MS = 30_000;
/** How long to wait for the server's orderly end after the last message. */
const DRAIN_MS = 250;

/**
 * Streams a source over as many connections as it takes. Throws CANCELED when the signal is aborted, errors
 * that are not transient, and the last error once `maxReconnects` is reached.
 */
export async function* follow<M, U>(
  source: Source<M, U>,
  policy: ReconnectPolicy,
  signal: AbortSignal | undefined,
): AsyncGenerator<U, void, undefined> {
  let failures = 0;
  for (;;) {
    const connection = connect(source.open, signal);
    let received: Received<U>;
    try {
      do {
        received = await receiveNext(source, connection, policy, signal);
        if (received.progress || connection.age() >= STABLE_AFTER_MS) failures = 0;
        yield* received.updates;
      } while (received.next === "read");
      if (received.next === "finish") return await drain(connection);
    } finally {
      connection.close();
    }
    if (received.next === "reopen") continue;
    const cause = received.cause ?? new ConnectError("the stream was dropped", Code.Unavailable);
    if (++failures > policy.maxReconnects) throw cause;
    const delayMs = waitBefore(failures, policy, received.delayMs ?? retryDelayOf(cause) ?? 0);
    yield* source.reconnecting(delayMs, failures, cause);
    await sleep(delayMs, signal);
  }
}

async function receiveNext<M, U>(
  source: Source<M, U>,
  connection: Connection<M>,
  policy: ReconnectPolicy,
  signal: AbortSignal | undefined,
): Promise<Received<U>> {
  let result: IteratorResult<M>;
  try {
    result = await connection.next(policy.silenceTimeoutMs);
  } catch (error) {
    if (signal?.aborted === true) throw canceled(signal);
    const cause = ConnectError.from(error);
    if (!source.isTransient(cause)) throw cause;
    return { updates: [], next: "resume", progress: false, cause };
  }
  return result.done === true ? source.ended() : source.receive(result.value);
}

function waitBefore(failures: number, policy: ReconnectPolicy, askedMs: number): number {
  // Spread out, or everyone that was sent away comes back at the same moment.
  return Math.max(askedMs * (1 + 0.25 * policy.random()), backoffDelay(failures, policy));
}

/** Reading to the end lets the transport keep its connection; nothing after the last message matters. */
async function drain<M>(connection: Connection<M>): Promise<void> {
  await connection.next(DRAIN_MS).catch(() => undefined);
}
