export interface Latest<Value> {
  /** Shows the value now or after the pause; a newer one takes its place. */
  offer: (value: Value) => void;
  /** Shows what waits. */
  flush: () => void;
  cancel: () => void;
}

/** Shows at most one value per `pauseMillis`, and always the last. */
export function latest<Value>(pauseMillis: number, show: (value: Value) => void): Latest<Value> {
  let waiting: { value: Value } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tick = () => {
    timer = undefined;
    if (!waiting) return;
    const { value } = waiting;
    waiting = undefined;
    timer = setTimeout(tick, pauseMillis);
    show(value);
  };
  return {
    offer(value) {
      waiting = { value };
      if (timer === undefined) tick();
    },
    flush() {
      clearTimeout(timer);
      tick();
    },
    cancel() {
      clearTimeout(timer);
      waiting = undefined;
    },
  };
}
