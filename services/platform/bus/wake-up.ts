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

/** Busy waiters wait thousands of times a second, so the timer and the listener are kept from wait to wait. */
export function createWakeUp(subscribe: (listener: () => void) => () => void): WakeUp {
  let pending = false;
  let resume: ((woken: boolean) => void) | undefined;
  let timer: { milliseconds: number; timeout: NodeJS.Timeout } | undefined;
  let heard: AbortSignal | undefined;
  const finish = () => {
    if (!resume) return;
    resume(pending);
    resume = undefined;
    pending = false;
  };
  const wake = () => {
    pending = true;
    finish();
  };
  const timeIsOver = () => {
    timer = undefined;
    finish();
  };
  const forget = () => {
    clearTimeout(timer?.timeout);
    timer = undefined;
  };
  const listenTo = (signal: AbortSignal | undefined) => {
    heard?.removeEventListener("abort", finish);
    signal?.addEventListener("abort", finish, { once: true });
    heard = signal;
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
      if (signal !== heard) listenTo(signal);
      if (timer?.milliseconds !== milliseconds) forget();
      if (timer) timer.timeout.refresh();
      else timer = { milliseconds, timeout: setTimeout(timeIsOver, milliseconds) };
      return new Promise((resolve) => {
        resume = resolve;
      });
    },
    close() {
      unsubscribe();
      forget();
      listenTo(undefined);
    },
  };
}
