import { v7 as uuidv7 } from "uuid";
import { describe, expect, it, vi } from "vitest";
import type { Allowance, RateLimiter } from "../../platform/rate-limit/rate-limiter.ts";

/** What every rate limiter promises; `here` and `there` are one limiter as two processes see it. */
export function rateLimiterContract(createLimiters: () => { here: RateLimiter; there: RateLimiter }): void {
  const allowance = (limit: number, fields: Partial<Allowance> = {}): Allowance => ({
    scope: "user",
    key: uuidv7(),
    limit,
    windowSeconds: 60,
    ...fields,
  });
  const takeTimes = async (limiter: RateLimiter, times: number, allowances: readonly Allowance[]) => {
    const outcomes = [];
    for (let i = 0; i < times; i++) outcomes.push(await limiter.take(allowances));
    return outcomes;
  };

  describe("taking", () => {
    it("allows as many calls as the limit says, then refuses and says when there are more", async () => {
      const { here } = createLimiters();
      const three = allowance(3);
      const outcomes = await takeTimes(here, 5, [three]);
      expect(outcomes.slice(0, 3)).toEqual([undefined, undefined, undefined]);
      for (const refusal of outcomes.slice(3)) {
        expect(refusal?.allowance).toEqual(three);
        expect(refusal?.retryAfterMilliseconds).toBeGreaterThan(0);
        expect(refusal?.retryAfterMilliseconds).toBeLessThanOrEqual(60_000);
      }
    });

    it("counts the calls of all processes together, also when they come at once", async () => {
      const { here, there } = createLimiters();
      const ten = allowance(10);
      const outcomes = await Promise.all(
        Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? here : there).take([ten])),
      );
      expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(10);
    });

    it("counts each key and each scope for itself", async () => {
      const { here } = createLimiters();
      const one = allowance(1);
      expect(await here.take([one])).toBeUndefined();
      expect(await here.take([{ ...one, key: uuidv7() }])).toBeUndefined();
      expect(await here.take([{ ...one, scope: "tenant" }])).toBeUndefined();
      expect(await here.take([one])).toBeDefined();
    });

    it("a call that the first allowance refuses uses nothing of the next", async () => {
      const { here } = createLimiters();
      const tenant = allowance(3, { scope: "tenant" });
      await takeTimes(here, 10, [allowance(1), tenant]);
      const outcomes = await takeTimes(here, 3, [allowance(5), tenant]);
      expect(outcomes.map((outcome) => outcome?.allowance.scope)).toEqual([undefined, undefined, "tenant"]);
    });

    it("allows again when the window is over", async () => {
      const { here, there } = createLimiters();
      const one = allowance(1, { windowSeconds: 1 });
      await takeTimes(here, 2, [one]);
      await vi.waitFor(async () => expect(await there.take([one])).toBeUndefined(), {
        timeout: 20_000,
        interval: 100,
      });
    });

    it("of nothing is allowed", async () => {
      expect(await createLimiters().here.take([])).toBeUndefined();
    });
  });
}
