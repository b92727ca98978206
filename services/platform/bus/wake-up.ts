/**
 * Remembers what it was told, so that a wake-up between two waits is not lost. Subscribe first, then read, then
 * wait: nothing falls between.
 */
export interface WakeUp {
  /** Resolves true after a wake-up since the last wait, false when the time is over or the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<boolean>;
  /** As if the subscription had called. */
  wake(): void;
  close(): void;
}

export function createWakeUp(subscribe: (listener: () => void) => () => void): WakeUp {
  let pending = false;
  let resume: (() => void) | undefined;
  const wake = () => {
    pending = true;
    resume?.();
  };
  const unsubscribe = subscribe(wake);
  return {
    wake,
    wait(milliseconds, signal) {
      if (pending) {
        pending = false;
        return Promise.resolve(true);
      }
      if (signal.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          signal.removeEventListener("abort", finish);
          resume = undefined;
          resolve(pending);
          pending = false;
        };
        const timer = setTimeout(finish, milliseconds);
        signal.addEventListener("abort", finish, { once: true });
        resume = finish;
      });
    },
    close: unsubscribe,
  };
}
