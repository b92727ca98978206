const UNSAFE = /[^\w-]/gu;

/** One token of a subject: whatever is in the text, it is no dot, no wildcard, no blank, and not empty. */
export const subjectToken = (text: string): string =>
  text === "" ? "%" : text.replace(UNSAFE, (char) => `%${char.codePointAt(0)?.toString(16)}`);

/** A text with dots as a subject of as many tokens. */
export const subjectOf = (text: string): string => text.split(".").map(subjectToken).join(".");
