import { AppError } from "../platform/errors/app-error.ts";
import type { PageCursor } from "../platform/tokens/page-token.ts";

const NO_ID = "00000000-0000-0000-0000-000000000000";

/** A place in a list that is sorted by texts and numbers. */
export const cursorAt = (key: readonly (string | number)[]): PageCursor => ({
  sortKey: JSON.stringify(key),
  id: NO_ID,
});

/** The texts that a cursor was made of. Tokens are not sealed, so what is in them is checked. */
export function keyAt({ sortKey }: PageCursor, length: number): string[] {
  try {
    const key: unknown = JSON.parse(sortKey);
    if (Array.isArray(key) && key.length === length) return key.map(String);
  } catch {
    // Falls through to the one refusal below.
  }
  throw new AppError(
    "PAGE_TOKEN_INVALID",
    "the page token does not fit this request; start from the first page",
  );
}
