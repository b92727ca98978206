import { AppError } from "../../../platform/errors/app-error.ts";

/** What a moderator thinks of one text. */
export interface Verdict {
  blocked: boolean;
  /** Why, in the moderator's words; empty where it lets the text pass. */
  categories: readonly string[];
}

/** Judges what is said to models and what they say. */
export interface Moderator {
  /** One verdict for each text, in their order. Throws ModerationFailed when it cannot judge. */
  check(texts: readonly string[], signal: AbortSignal): Promise<readonly Verdict[]>;
}

/** The moderator did not answer, or not with verdicts. */
export class ModerationFailed extends Error {}

export const PASSED: Verdict = { blocked: false, categories: [] };

/** The run ends with it. Says where and in which categories, never what was said. */
export function contentBlocked(where: "input" | "output", categories: readonly string[]): AppError {
  const metadata = { where, categories: categories.join(",") };
  const what = where === "input" ? "this message" : "what the model said";
  return new AppError("CONTENT_BLOCKED", `the moderation does not let ${what} pass`, { metadata });
}

/** Blocks what any of them blocks; undefined without any. */
export function allOf(moderators: readonly Moderator[]): Moderator | undefined {
  const [first, ...others] = moderators;
  if (!first || others.length === 0) return first;
  return {
    async check(texts, signal) {
      const verdicts = await Promise.all(moderators.map((moderator) => moderator.check(texts, signal)));
      return texts.map((_, i) => {
        const categories = verdicts.flatMap((told) => told[i]?.categories ?? []);
        return { blocked: verdicts.some((told) => told[i]?.blocked), categories };
      });
    },
  };
}

/** What becomes of texts that could not be judged. */
export function onFailure(moderator: Moderator, then: "block" | "allow"): Moderator {
  return {
    async check(texts, signal) {
      try {
        return await moderator.check(texts, signal);
      } catch (error) {
        if (!(error instanceof ModerationFailed)) throw error;
        if (then === "allow") return texts.map(() => PASSED);
        const message = `the moderation ${error.message}, and nothing is said without it; try again later`;
        throw new AppError("UNAVAILABLE", message, { retryAfterMilliseconds: 5_000 });
      }
    },
  };
}
