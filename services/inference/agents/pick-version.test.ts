import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pickVersion, type Share } from "./pick-version.ts";

const SUBJECTS = Array.from({ length: 2000 }, (_, i) => `tenant/agent/chat-${i}`);
const versions = ["1", "2", "3"];
const sharesOf = (...percents: number[]): Share[] =>
  percents.map((percent, i) => ({ version: versions[i] ?? "", percent }));

/** Three numbers that add up to 100. */
const anyShares = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 100 }))
  .map(([a, b]) => sharesOf(Math.min(a, b), Math.abs(a - b), 100 - Math.max(a, b)));

describe("which version a subject gets", () => {
  it("is always the same for the same shares, whatever their order", () => {
    fc.assert(
      fc.property(anyShares, fc.string(), (shares, subject) => {
        const picked = pickVersion(shares, subject);
        expect(pickVersion(shares.toReversed(), subject)).toBe(picked);
        expect(shares.find(({ version }) => version === picked)?.percent).toBeGreaterThan(0);
      }),
    );
  });

  it("is each version about as often as its share says", () => {
    fc.assert(
      fc.property(anyShares, (shares) => {
        for (const { version, percent } of shares) {
          const got = SUBJECTS.filter((subject) => pickVersion(shares, subject) === version).length;
          // Five standard deviations: a false alarm every few million subjects.
          const allowed = 5 * Math.sqrt((percent / 100) * (1 - percent / 100) * SUBJECTS.length) + 1;
          expect(Math.abs(got - (percent / 100) * SUBJECTS.length)).toBeLessThan(allowed);
        }
      }),
      { numRuns: 20 },
    );
  });

  // A new version never goes away from a chat while its share grows.
  it("changes only towards a version whose share grows", () => {
    const movedBack = (before: number, after: number) =>
      SUBJECTS.slice(0, 300).filter(
        (subject) =>
          pickVersion(sharesOf(100 - before, before), subject) === "2" &&
          pickVersion(sharesOf(100 - after, after), subject) !== "2",
      );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 99 }), fc.integer({ min: 1, max: 100 }), (before, more) => {
        expect(movedBack(before, Math.min(100, before + more))).toEqual([]);
      }),
      { numRuns: 50 },
    );
    expect(movedBack(80, 20)).not.toEqual([]);
  });

  it("is none where no version has a share", () => {
    expect(pickVersion([], "x")).toBeUndefined();
    expect(pickVersion(sharesOf(0, 0), "x")).toBeUndefined();
  });
});
