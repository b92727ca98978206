/** One step from a text to the next; places are counted in code points. */
export interface Edit {
  offset: number;
  deleted: number;
  inserted: string;
}

/** An edit that names what the text does not have. */
export class EditOutside extends Error {
  readonly index: number;

  constructor(index: number) {
    super(`edits[${index}] is not within the text`);
    this.index = index;
  }
}

/** Each is for the text that the one before made. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = text;
  for (const [i, { offset, deleted, inserted }] of edits.entries()) {
    const from = indexOfCodePoint(result, 0, offset);
    const to = from === undefined ? undefined : indexOfCodePoint(result, from, deleted);
    if (from === undefined || to === undefined) throw new EditOutside(i);
    result = result.slice(0, from) + inserted + result.slice(to);
  }
  return result;
}

/** The one edit that makes `after` of `before`: everything between what both begin and end with. */
export function editBetween(before: string, after: string): Edit | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  if (start > 0 && isHigh(before, start - 1)) start--;
  let end = 0;
  while (
    end < most - start &&
    before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end)
  )
    end++;
  if (end > 0 && isLow(before, before.length - end)) end--;
  return {
    offset: codePoints(before, 0, start),
    deleted: codePoints(before, start, before.length - end),
    inserted: after.slice(start, after.length - end),
  };
}

const isHigh = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xd800;
const isLow = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
const isPair = (text: string, at: number) => isHigh(text, at) && isLow(text, at + 1);

function codePoints(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at += isPair(text, at) ? 2 : 1) count++;
  return count;
}

/** Where so many code points after `from` are over; undefined beyond the end. */
function indexOfCodePoint(text: string, from: number, count: number): number | undefined {
  let at = from;
  for (let i = 0; i < count; i++) {
    if (at >= text.length) return undefined;
    at += isPair(text, at) ? 2 : 1;
  }
  return at;
}
