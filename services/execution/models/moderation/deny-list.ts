import type { Moderator } from "./moderator.ts";

/** Blocks every text that one of the patterns is found in, whatever its case. */
export function createDenyList(patterns: readonly string[]): Moderator {
  const denied = patterns.map((pattern) => new RegExp(pattern, "iu"));
  return {
    check: async (texts) =>
      texts.map((text) => {
        const blocked = denied.some((pattern) => pattern.test(text));
        return { blocked, categories: blocked ? ["deny-list"] : [] };
      }),
  };
}
