import type { TextDeltas } from "../text-deltas.ts";
import { findPii, type PiiKind } from "./find-pii.ts";

/**
 * Keeps personal data from providers: each value of a run has a placeholder of its own, the same wherever it stands.
 * A later attempt masks the same conversation in the same order, so its placeholders are the same, too.
 */
export interface PiiVault {
  mask(text: string): string;
  unmask(text: string): string;
  /** Unmasks a text that comes in pieces; a placeholder may be split over them. */
  unmasker(): TextDeltas;
}

const PLACEHOLDER = /\[[A-Z]{2,5}_\d{1,6}\]/g;
/** What may become a placeholder with the next piece. */
const BEGINNING = /\[(?:[A-Z]{0,5}|[A-Z]{2,5}_\d{0,6})$/;

export function createPiiVault(): PiiVault {
  const placeholders = new Map<string, string>();
  const values = new Map<string, string>();
  const counts = new Map<PiiKind, number>();

  function placeholderOf(kind: PiiKind, value: string): string {
    const key = `${kind} ${value}`;
    const known = placeholders.get(key);
    if (known !== undefined) return known;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const placeholder = `[${kind}_${count}]`;
    placeholders.set(key, placeholder);
    values.set(placeholder, value);
    return placeholder;
  }

  /** Placeholders that the model made up stay as they are. */
  const unmask = (text: string) => text.replaceAll(PLACEHOLDER, (found) => values.get(found) ?? found);

  return {
    mask(text) {
      let masked = "";
      let end = 0;
      for (const match of findPii(text)) {
        masked +=
          text.slice(end, match.start) + placeholderOf(match.kind, text.slice(match.start, match.end));
        end = match.end;
      }
      return masked + text.slice(end);
    },
    unmask,
    unmasker() {
      let kept = "";
      return {
        add(text) {
          const all = kept + text;
          const start = BEGINNING.exec(all)?.index ?? all.length;
          kept = all.slice(start);
          return unmask(all.slice(0, start));
        },
        flush() {
          const rest = kept;
          kept = "";
          return unmask(rest);
        },
      };
    },
  };
}
