import { assert, property, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { codePointLength, commonPrefixLength, unitIndex } from "./code-points.ts";

describe("code points", () => {
  it.each([
    ["", 0],
    ["abc", 3],
    ["e\u0301", 2],
    ["𝒜𝒷", 2],
    ["👩‍👩‍👧", 5],
    ["🇦🇹x", 3],
  ])("counts %j as %i", (text, length) => {
    expect(codePointLength(text)).toBe(length);
  });

  it("finds where a code point begins", () => {
    expect(unitIndex("a𝒜b", 0)).toBe(0);
    expect(unitIndex("a𝒜b", 1)).toBe(1);
    expect(unitIndex("a𝒜b", 2)).toBe(3);
    expect(unitIndex("a𝒜b", 9)).toBe(4);
  });

  it("does not split two characters that share their first half", () => {
    expect(commonPrefixLength("x😀", "x😁")).toBe(1);
    expect(commonPrefixLength("x😀", "x😀!")).toBe(2);
    expect(commonPrefixLength("abc", "abd")).toBe(2);
    expect(commonPrefixLength("", "abc")).toBe(0);
  });

  it("agrees with the iterator of strings", () => {
    const agrees = property(string({ unit: "binary" }), string({ unit: "binary" }), (a, b) => {
      const [pointsOfA, pointsOfB] = [[...a], [...b]];
      const common = pointsOfA.findIndex((point, index) => point !== pointsOfB[index]);
      return (
        codePointLength(a) === pointsOfA.length &&
        unitIndex(a, 3) === pointsOfA.slice(0, 3).join("").length &&
        commonPrefixLength(a, b) === (common === -1 ? pointsOfA.length : common)
      );
    });
    expect(() => assert(agrees, { numRuns: 1000 })).not.toThrow();
  });
});
