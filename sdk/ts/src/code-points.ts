// Offsets on the wire count Unicode code points; JavaScript strings count UTF-16 units.

/** How many code points `text` has. */
export function codePointLength(text: string): number {
  let length = text.length;
  for (let i = 1; i < text.length; i++) {
    if (isLow(text.charCodeAt(i)) && isHigh(text.charCodeAt(i - 1))) length--;
  }
  return length;
}

/** The UTF-16 index at which code point number `offset` begins; the string's length when it has fewer. */
export function unitIndex(text: string, offset: number): number {
  let index = 0;
  for (let points = 0; points < offset && index < text.length; points++) {
    index += isHigh(text.charCodeAt(index)) && isLow(text.charCodeAt(index + 1)) ? 2 : 1;
  }
  return index;
}

/** How many code points both texts have in common at their start. */
export function commonPrefixLength(a: string, b: string): number {
  const end = Math.min(a.length, b.length);
  let units = 0;
  while (units < end && a.charCodeAt(units) === b.charCodeAt(units)) units++;
  // Two astral characters may share their first half only.
  if (units > 0 && isHigh(a.charCodeAt(units - 1)) && (splits(a, units) || splits(b, units))) units--;
  return codePointLength(a.slice(0, units));
}

function splits(text: string, index: number): boolean {
  return isHigh(text.charCodeAt(index - 1)) && isLow(text.charCodeAt(index));
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
