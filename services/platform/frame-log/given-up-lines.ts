import { randomBytes } from "node:crypto";

/** Lines that this process writes without a log, because the log was away for too long. */
export interface GivenUpLines {
  /** The epoch of a line that never had a log. */
  newLine(): string;
  has(key: string, epoch: string): boolean;
  add(key: string, epoch: string): void;
  delete(key: string): void;
}

const NEVER_HAD_A_LOG = "without-a-log-";
/** Runs that end while the log is away leave theirs behind; the eldest are forgotten. */
const MAX_LINES = 20_000;

export function createGivenUpLines(): GivenUpLines {
  const epochs = new Map<string, string>();
  return {
    newLine: () => NEVER_HAD_A_LOG + randomBytes(8).toString("hex"),
    has: (key, epoch) => epoch.startsWith(NEVER_HAD_A_LOG) || epochs.get(key) === epoch,
    add(key, epoch) {
      epochs.set(key, epoch);
      const [eldest] = epochs.keys();
      if (epochs.size > MAX_LINES && eldest !== undefined) epochs.delete(eldest);
    },
    delete: (key) => void epochs.delete(key),
  };
}
