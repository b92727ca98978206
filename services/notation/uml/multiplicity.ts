import type { Value } from "../graph.ts";

export interface Multiplicity {
  readonly lower: number;
  /** Infinity for "*". */
  readonly upper: number;
}

/** "1", "0..1", "*", "2..*"; undefined for anything else. The lower bound may be above the upper one. */
export function parseMultiplicity(value: Value | undefined): Multiplicity | undefined {
  const text = typeof value === "number" ? String(value) : value;
  if (typeof text !== "string") return undefined;
  const [, first, second] = /^\s*(\d{1,9}|\*)\s*(?:\.\.\s*(\d{1,9}|\*)\s*)?$/.exec(text) ?? [];
  if (first === undefined || (first === "*" && second !== undefined)) return undefined;
  const upper = second ?? first;
  return { lower: first === "*" ? 0 : Number(first), upper: upper === "*" ? Infinity : Number(upper) };
}
