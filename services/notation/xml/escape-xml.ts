const TEXT = /[&<>\r]/g;
const ATTRIBUTE = /[&<"\t\n\r]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#x9;",
  "\n": "&#xA;",
  "\r": "&#xD;",
};

const escape = (character: string): string => ESCAPES[character] ?? character;

/** As canonical XML has it. */
export const escapeText = (text: string): string => text.replace(TEXT, escape);
export const escapeAttribute = (value: string): string => value.replace(ATTRIBUTE, escape);
