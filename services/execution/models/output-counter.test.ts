import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countTokens } from "../../platform/tokenizer/count-tokens.ts";
import { createOutputCounter } from "./output-counter.ts";

const PROSE =
  "The order process starts when a customer sends an order.\n\n- Check stock: `StockService.check(id)`\n- Ship within 48 h, unless 数量が足りない場合.\n";

describe("counting", () => {
  it("a huge piece without spaces takes linear time", () => {
    const before = performance.now();
    expect(createOutputCounter().add("a".repeat(200_000))).toBeGreaterThanOrEqual(25_000);
    expect(performance.now() - before).toBeLessThan(5_000);
  });

  it.each([1, 2, 7, 100])(
    "a stream in pieces of %s characters comes to about the count of the whole",
    (size) => {
      const counter = createOutputCounter();
      for (let i = 0; i < PROSE.length; i += size) counter.add(PROSE.slice(i, i + size));
      const whole = countTokens(PROSE);
      expect(counter.tokens).toBeGreaterThanOrEqual(whole);
      expect(counter.tokens).toBeLessThanOrEqual(whole * 1.1 + 2);
    },
  );

  it("a stream never goes backwards", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 12 })), (pieces) => {
        const counter = createOutputCounter();
        const counts = pieces.map((piece) => counter.add(piece));
        expect(counts).toEqual(counts.toSorted((a, b) => a - b));
      }),
    );
  });
});
