import { serveWork } from "./serve-work.ts";
import { ToolInputError } from "./tool-failures.ts";

/** A fraction in lowest terms; the denominator is positive. */
interface Fraction {
  n: bigint;
  d: bigint;
}

const DIGITS = 30n;
const LONGEST_VALUE = 1000;
const TOKEN = /\s*(\d+(?:\.\d+)?|[-+*/%^()])/y;

/** In a thread of its own: a short expression may take for ever. */
function calculate(args: unknown): { value: string; exact: boolean } {
  const { expression } = args as { expression: string };
  return written(evaluate(tokensOf(expression)));
}

function tokensOf(expression: string): string[] {
  const text = expression.trimEnd();
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined)
      throw new ToolInputError(`expression: not understood from “${text.slice(from, from + 20)}”`);
    tokens.push(token);
  }
  return tokens;
}

/** The usual precedence; powers bind from the right, and more than a sign before them. */
function evaluate(tokens: string[]): Fraction {
  const take = (...wanted: string[]) => (wanted.includes(tokens[0] ?? "") ? tokens.shift() : undefined);
  const sum = (): Fraction => {
    let value = product();
    for (let op = take("+", "-"); op; op = take("+", "-")) {
      const { n, d } = product();
      value = fraction(value.n * d + (op === "+" ? n : -n) * value.d, value.d * d);
    }
    return value;
  };
  const product = (): Fraction => {
    let value = signed();
    for (let op = take("*", "/", "%"); op; op = take("*", "/", "%")) value = combined(op, value, signed());
    return value;
  };
  const signed = (): Fraction => {
    if (!take("-")) return take("+") ? signed() : power();
    const { n, d } = signed();
    return { n: -n, d };
  };
  const power = (): Fraction => {
    const base = single();
    return take("^") ? raised(base, signed()) : base;
  };
  const single = (): Fraction => {
    if (!take("(")) return numberOf(tokens.shift());
    const value = sum();
    if (!take(")")) throw new ToolInputError("expression: a parenthesis is not closed");
    return value;
  };
  const value = sum();
  if (tokens.length > 0) throw new ToolInputError(`expression: “${tokens[0]}” is out of place`);
  return value;
}

function numberOf(token: string | undefined): Fraction {
  if (token === undefined || !/^\d/.test(token))
    throw new ToolInputError(
      `expression: a number is missing${token === undefined ? " at the end" : ` before “${token}”`}`,
    );
  const [whole = "", decimals = ""] = token.split(".");
  return fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
}

function combined(op: string, a: Fraction, b: Fraction): Fraction {
  if (op === "*") return fraction(a.n * b.n, a.d * b.d);
  if (b.n === 0n) throw new ToolInputError("expression: it divides by zero");
  const quotient = fraction(a.n * b.d, a.d * b.n);
  if (op === "/") return quotient;
  const { n, d } = fraction((quotient.n / quotient.d) * b.n, b.d);
  return fraction(a.n * d - n * a.d, a.d * d);
}

function raised(base: Fraction, { n: exponent, d }: Fraction): Fraction {
  if (d !== 1n) throw new ToolInputError("expression: an exponent must be a whole number");
  if (exponent >= 0n) return { n: base.n ** exponent, d: base.d ** exponent };
  if (base.n === 0n) throw new ToolInputError("expression: it divides by zero");
  return fraction(base.d ** -exponent, base.n ** -exponent);
}

function fraction(n: bigint, d: bigint): Fraction {
  let [a, b] = [n < 0n ? -n : n, d < 0n ? -d : d];
  while (b !== 0n) [a, b] = [b, a % b];
  const divisor = d < 0n ? -a : a;
  return divisor === 0n ? { n: 0n, d: 1n } : { n: n / divisor, d: d / divisor };
}

function written({ n, d }: Fraction): { value: string; exact: boolean } {
  const places = placesOf(d);
  const exact = places !== undefined && places <= DIGITS;
  const shift = exact ? places : DIGITS;
  const scaled = (n < 0n ? -n : n) * 10n ** shift;
  const digits = ((2n * scaled + d) / (2n * d)).toString().padStart(Number(shift) + 1, "0");
  if (digits.length > LONGEST_VALUE)
    throw new ToolInputError(`expression: the value has ${digits.length} digits, more than ${LONGEST_VALUE}`);
  const whole = digits.slice(0, digits.length - Number(shift));
  const decimals = digits.slice(whole.length).replace(/0+$/, "");
  return { value: `${n < 0n ? "-" : ""}${whole}${decimals && `.${decimals}`}`, exact };
}

/** How many decimals it takes to write a fraction of this denominator; undefined where they never end. */
function placesOf(denominator: bigint): bigint | undefined {
  let [rest, twos, fives] = [denominator, 0n, 0n];
  for (; rest % 2n === 0n; rest /= 2n) twos += 1n;
  for (; rest % 5n === 0n; rest /= 5n) fives += 1n;
  if (rest !== 1n) return undefined;
  return twos > fives ? twos : fives;
}

await serveWork(calculate);
