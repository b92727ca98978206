/**
 * A token of a benchmark: its number and when it was said, at a fixed width, so that readers see what is missing and
 * how long it took. Times are tenths of a millisecond of the machine's clock.
 */
export const TOKEN_LENGTH = 16;
const INDEX_DIGITS = 6;
const TIME_DIGITS = 9;
const TIME_RANGE = 10 ** TIME_DIGITS;
const ZERO = 0x30;

export const clock = (): number => Math.floor((performance.timeOrigin + performance.now()) * 10) % TIME_RANGE;

export const tokenText = (index: number, time: number): string =>
  `${String(index).padStart(INDEX_DIGITS, "0")}${String(time).padStart(TIME_DIGITS, "0")} `;

/** Tenths of a millisecond from one moment of the clock to a later one. */
export const elapsed = (from: number, to: number): number => (to - from + TIME_RANGE) % TIME_RANGE;

export const indexAt = (bytes: Uint8Array, at: number): number => digits(bytes, at, INDEX_DIGITS);
export const timeAt = (bytes: Uint8Array, at: number): number =>
  digits(bytes, at + INDEX_DIGITS, TIME_DIGITS);

function digits(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) value = value * 10 + ((bytes[i] ?? ZERO) - ZERO);
  return value;
}
