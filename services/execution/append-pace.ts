/** How busy this process is with appends, and so how long deltas wait for company. */
export interface AppendPace {
  /** Told of each append. */
  count(): void;
  /** A delta goes this long after the one before it, at the earliest. */
  windowMilliseconds(): number;
}

/** At most this long, as the contract says. */
const BUSY_MILLISECONDS = 25;
/** Even alone, a very fast model need not have a frame for each token. */
const CALM_MILLISECONDS = 5;
/** Appends in a window of 25 ms from which on each run has to make do with fewer: 4,000 a second. */
const BUSY_APPENDS = 100;

/** Appends cost what they cost however little they hold, so a busy process makes fewer of them. */
export function createAppendPace(now: () => number = () => performance.now()): AppendPace {
  let slot = -1;
  let before = 0;
  let current = 0;
  const turn = () => {
    const at = Math.floor(now() / BUSY_MILLISECONDS);
    if (at === slot) return;
    before = at === slot + 1 ? current : 0;
    current = 0;
    slot = at;
  };
  return {
    count() {
      turn();
      current += 1;
    },
    windowMilliseconds() {
      turn();
      return Math.max(before, current) > BUSY_APPENDS ? BUSY_MILLISECONDS : CALM_MILLISECONDS;
    },
  };
}

/** All runs of a process share its processor. */
export const processPace = createAppendPace();
