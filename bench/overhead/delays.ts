import { quantile } from "../harness/rounds.ts";
import { clock, elapsed, indexAt, timeAt, TOKEN_LENGTH } from "../streams/token-text.ts";

/** How long tokens took from the provider to the reader, in tenths of a millisecond. */
export interface Delays {
  /** From asking to the first token: also all that is done before the provider is asked. */
  untilFirst: number[];
  /** Of the first token and of all later ones, from being said to being read. */
  first: number[];
  later: number[];
}

export const createDelays = (): Delays => ({ untilFirst: [], first: [], later: [] });

/** Takes the text of one answer as it comes, in pieces of whole tokens. */
export function createTokenClock(delays: Delays) {
  const asked = clock();
  let expected = 0;
  return {
    take(text: string): void {
      const now = clock();
      const bytes = Buffer.from(text);
      for (let at = 0; at < bytes.length; at += TOKEN_LENGTH, expected++) {
        if (indexAt(bytes, at) !== expected) throw new Error(`token ${indexAt(bytes, at)}, not ${expected}`);
        if (expected === 0) delays.untilFirst.push(elapsed(asked, now));
        (expected === 0 ? delays.first : delays.later).push(elapsed(timeAt(bytes, at), now));
      }
    },
    get tokens() {
      return expected;
    },
  };
}

export const inMilliseconds = (tenths: readonly number[]) => ({
  p50: quantile(tenths, 0.5) / 10,
  p99: quantile(tenths, 0.99) / 10,
});
