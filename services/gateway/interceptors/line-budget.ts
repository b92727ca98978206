/** How many log lines of one kind a second may have. Whoever makes calls fail must not fill the disk. */
export interface LineBudget {
  /** Whether one more may be written now. */
  take(): boolean;
}

const WINDOW_MILLISECONDS = 1000;

/** `tellMissed` is called with the first line of a later second, if lines were left out before. */
export function createLineBudget(
  linesPerSecond: number,
  tellMissed: (count: number) => void,
  now: () => number = () => performance.now(),
): LineBudget {
  let begin = -Infinity;
  let taken = 0;
  return {
    take() {
      const moment = now();
      if (moment - begin >= WINDOW_MILLISECONDS) {
        const missed = taken - linesPerSecond;
        begin = moment;
        taken = 0;
        if (missed > 0) tellMissed(missed);
      }
      taken += 1;
      return taken <= linesPerSecond;
    },
  };
}
