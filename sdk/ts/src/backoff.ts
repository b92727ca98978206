import { Code, ConnectError } from "@connectrpc/connect";

/** How waits grow. */
export interface Backoff {
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** From 0 to less than 1. */
  readonly random: () => number;
}

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The wait before attempt number `failures` (from 1): doubled each time, capped, its upper half random. */
export function backoffDelay(failures: number, { baseDelayMs, maxDelayMs, random }: Backoff): number {
  const full = Math.min(maxDelayMs, baseDelayMs * 2 ** (failures - 1));
  return full * (0.5 + 0.5 * random());
}

/** Waits; throws CANCELED as soon as the signal is aborted. */
export function sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(canceled(signal));
    const stop = () => {
      clearTimeout(timer);
      reject(canceled(signal));
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", stop);
        resolve();
      },
      Math.min(delayMs, LONGEST_TIMER_MS),
    );
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** The error that an aborted signal ends a stream with. */
export function canceled(signal: AbortSignal | undefined): ConnectError {
  return new ConnectError("stopped by the caller", Code.Canceled, undefined, undefined, signal?.reason);
}
