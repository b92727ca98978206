/** Ids and types as they are, or as a JSON string where they would be mistaken for something else. */
export function idText(id: string): string {
  if (PLAIN.test(id)) return id;
  return JSON.stringify(id).replaceAll(/[^\S ]| (?= )/g, (space) => `\\u${hexOf(space)}`);
}

const PLAIN = /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.:#{}/|~!$%&=@;?-]*$/u;
const hexOf = (char: string) => char.charCodeAt(0).toString(16).padStart(4, "0");

/** What people wrote, in one line and in quotes, of at most so many characters; nothing for an empty text. */
export function quoted(text: string, limit: number): string {
  const short = shortened(text, limit);
  return short === "" ? "" : `"${short.replaceAll('"', String.raw`\"`)}"`;
}

/** In one line, with single spaces and without control characters, ending in "…" where it was cut. */
export function shortened(text: string, limit: number): string {
  // Long texts are cut before they are looked at closely.
  const start = text.length > 4 * limit + 100 ? text.slice(0, 4 * limit + 100) : text;
  const line = start
    .toWellFormed()
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (line.length <= limit && start.length === text.length) return line;
  const characters = [...line];
  if (characters.length <= limit && start.length === text.length) return line;
  return limit <= 0
    ? ""
    : `${characters
        .slice(0, limit - 1)
        .join("")
        .trimEnd()}…`;
}

export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
