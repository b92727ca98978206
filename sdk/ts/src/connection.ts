import { Code, ConnectError } from "@connectrpc/connect";
import { canceled } from "./backoff.ts";

/** Opens a stream. */
export type Open<M> = (signal: AbortSignal) => AsyncIterable<M>;

/** One open stream that cannot hang: every wait ends by a message, an error, silence, or the caller's signal. */
export interface Connection<M> {
  /** The next message. Throws UNAVAILABLE after `silenceMs` without one, CANCELED when the caller stopped. */
  next(silenceMs: number): Promise<IteratorResult<M>>;
  /** Milliseconds since it was opened. */
  age(): number;
  /** Ends the stream. */
  close(): void;
}

/** Opens a stream under the caller's signal. */
export function connect<M>(open: Open<M>, signal: AbortSignal | undefined): Connection<M> {
  const controller = new AbortController();
  const stop = () => controller.abort(canceled(signal));
  if (signal?.aborted === true) stop();
  signal?.addEventListener("abort", stop, { once: true });
  const openedAt = performance.now();
  const messages = open(controller.signal)[Symbol.asyncIterator]();
  return {
    next: (silenceMs) => nextWithin(messages, silenceMs, controller.signal),
    age: () => performance.now() - openedAt,
    close() {
      signal?.removeEventListener("abort", stop);
      controller.abort(new ConnectError("the stream was closed", Code.Canceled));
    },
  };
}

// A transport that does not notice the signal must not keep the caller waiting, hence the race.
function nextWithin<M>(messages: AsyncIterator<M>, silenceMs: number, signal: AbortSignal) {
  return new Promise<IteratorResult<M>>((resolve, reject) => {
    const settle = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
    const abort = () => {
      settle();
      reject(signal.reason);
    };
    const silent = () => {
      settle();
      reject(new ConnectError(`nothing was heard for ${silenceMs} ms`, Code.Unavailable));
    };
    const timer = setTimeout(silent, silenceMs);
    signal.addEventListener("abort", abort, { once: true });
    messages.next().then(
      (result) => (settle(), resolve(result)),
      (error: unknown) => (settle(), reject(error)),
    );
    if (signal.aborted) abort();
  });
}
