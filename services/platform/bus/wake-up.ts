/**
 * Remembers what it was told, so that a wake-up between two waits is not lost. Subscribe first, then read, then
 * wait: nothing falls between.
 */
export interface WakeUp {
  /** Resolves true after a wake-up since the last wait, false when the time is over or the signal aborts. */
  wait(milliseconds: number, signal: AbortSignal): Promise<boolean>;
  /** A wait under way begins anew, as long as it was to be. */
  putOff(): void;
  /** As if the subscription had called. */
  wake(): void;
  /** Ends a wait under way, too. */
  close(): void;
}

export function createWakeUp(subscribe: (listener: () => void) => () => void): WakeUp {
  return new RememberingWakeUp(subscribe);
}

/** Busy waiters wait thousands of times a second, so the timer and the listener are kept from wait to wait. */
class RememberingWakeUp implements WakeUp {
  #pending = false;
  #resume: ((woken: boolean) => void) | undefined;
  #timer: { milliseconds: number; timeout: NodeJS.Timeout } | undefined;
  #heard: AbortSignal | undefined;
  readonly #unsubscribe: () => void;

  constructor(subscribe: (listener: () => void) => () => void) {
    this.#unsubscribe = subscribe(() => this.wake());
  }

  wake(): void {
    this.#pending = true;
    this.#finish();
  }

  wait(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    if (this.#pending) {
      this.#pending = false;
      return Promise.resolve(true);
    }
    if (signal.aborted) return Promise.resolve(false);
    if (signal !== this.#heard) this.#listenTo(signal);
    this.#startTimer(milliseconds);
    return new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  putOff(): void {
    this.#timer?.timeout.refresh();
  }

  close(): void {
    this.#unsubscribe();
    this.#stopTimer();
    this.#listenTo(undefined);
    this.#finish();
  }

  readonly #finish = (): void => {
    if (!this.#resume) return;
    this.#resume(this.#pending);
    this.#resume = undefined;
    this.#pending = false;
  };

  #startTimer(milliseconds: number): void {
    if (this.#timer?.milliseconds === milliseconds) {
      this.#timer.timeout.refresh();
      return;
    }
    this.#stopTimer();
    const timeIsOver = () => {
      this.#timer = undefined;
      this.#finish();
    };
    this.#timer = { milliseconds, timeout: setTimeout(timeIsOver, milliseconds) };
  }

  #stopTimer(): void {
    clearTimeout(this.#timer?.timeout);
    this.#timer = undefined;
  }

  #listenTo(signal: AbortSignal | undefined): void {
    this.#heard?.removeEventListener("abort", this.#finish);
    signal?.addEventListener("abort", this.#finish, { once: true });
    this.#heard = signal;
  }
}
