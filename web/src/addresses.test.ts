import { describe, expect, it } from "vitest";

const sources = import.meta.glob<string>(["./**/*.{ts,tsx}", "!./**/*.test.ts"], {
  query: "?raw",
  import: "default",
  eager: true,
});

// An address in the bar never changes by itself, so what would change it is not used anywhere.
const forbidden = [
  /replaceState/,
  /pushState/,
  /replace:\s*true/,
  /<Navigate\b/,
  /\bredirect\(/,
  /location\.(href|hash|search)\s*=[^=]/,
  /location\.(assign|replace)\(/,
];

describe("addresses", () => {
  it.each(Object.entries(sources))("%s changes none by itself", (_path, source) => {
    for (const pattern of forbidden) expect(source).not.toMatch(pattern);
  });
});
