import { createHash } from "node:crypto";

/** A version and how many of 100 get it. */
export interface Share {
  version: string;
  percent: number;
}

/**
 * Which version a subject gets: the same as long as the shares are, and where they change only as many change theirs
 * as must. Weighted rendezvous hashing: every version draws a number for the subject, and the highest wins.
 */
export function pickVersion(shares: readonly Share[], subject: string): string | undefined {
  let best: { version: string; score: number } | undefined;
  for (const { version, percent } of shares) {
    if (percent <= 0) continue;
    const score = -percent / Math.log(drawn(subject, version));
    if (!best || score > best.score) best = { version, score };
  }
  return best?.version;
}

/** Evenly between 0 and 1, neither of them included. */
function drawn(subject: string, version: string): number {
  const digest = createHash("sha256").update(`${subject}\n${version}`).digest();
  return (digest.readUIntBE(0, 6) + 0.5) / 2 ** 48;
}
