import { createHash } from "node:crypto";
import type { ConversationMessage } from "../../agent-event.ts";
import { contentBlocked, PASSED, type Moderator, type Verdict } from "./moderator.ts";

/** Looks at conversations before a model sees them. */
export interface InputCheck {
  /**
   * The conversation without what may not be said. Throws CONTENT_BLOCKED for its last message; an earlier one, which
   * ended its own run so, is left out, or the chat could never go on.
   */
  admit(conversation: readonly ConversationMessage[], signal: AbortSignal): Promise<ConversationMessage[]>;
}

/** The same messages are read again with every turn of a chat. */
const REMEMBERED_VERDICTS = 10_000;

export function createInputCheck(moderator: Moderator): InputCheck {
  const known = new Map<string, Verdict>();
  return {
    async admit(conversation, signal) {
      const keys = conversation.map(({ text }) => keyOf(text));
      const unknown = conversation.filter(({ text }, i) => text.trim() !== "" && !known.has(keys[i] ?? ""));
      const texts = unknown.map(({ text }) => text);
      const verdicts = texts.length === 0 ? [] : await moderator.check(texts, signal);
      texts.forEach((text, i) => known.set(keyOf(text), verdicts[i] ?? PASSED));
      const judged = conversation.map((message, i) => ({
        message,
        verdict: known.get(keys[i] ?? "") ?? PASSED,
      }));
      forgetOldest(known);
      const last = judged.at(-1)?.verdict;
      if (last?.blocked) throw contentBlocked("input", last.categories);
      return judged.filter(({ verdict }) => !verdict.blocked).map(({ message }) => message);
    },
  };
}

const keyOf = (text: string): string => createHash("sha256").update(text).digest("base64");

function forgetOldest(known: Map<string, Verdict>): void {
  for (const key of known.keys()) {
    if (known.size <= REMEMBERED_VERDICTS) return;
    known.delete(key);
  }
}
