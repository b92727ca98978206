import { cpuMicros } from "./cpu-time.ts";

/** What one round of one side gave. */
export interface Round {
  unitsPerSecond: number;
  cpuMicrosPerUnit: number;
}

/** Times work of so many units that the process `pid` serves. */
export async function timed(
  pid: number | undefined,
  units: number,
  work: () => Promise<unknown>,
): Promise<Round> {
  const [start, cpu] = [performance.now(), cpuMicros(pid)];
  await work();
  const seconds = (performance.now() - start) / 1000;
  return { unitsPerSecond: units / seconds, cpuMicrosPerUnit: (cpuMicros(pid) - cpu) / units };
}

/** `cpuMicros` is what one unit costs the server's process: it tells more than the rates on a busy machine. */
export interface Compared {
  ours: number;
  bare: number;
  share: number;
  cpuMicros: { ours: number; bare: number };
}

/** Measures both sides in turns, so that a busy moment of the machine hurts both; the first turn only warms up. */
export async function alternate(
  rounds: number,
  measureOurs: () => Promise<Round>,
  measureBare: () => Promise<Round>,
): Promise<Compared> {
  const ours: Round[] = [];
  const bare: Round[] = [];
  for (let round = 0; round <= rounds; round++) {
    ours.push(await measureOurs());
    bare.push(await measureBare());
  }
  const [o, b] = [medians(ours.slice(1)), medians(bare.slice(1))];
  return {
    ours: Math.round(o.rate),
    bare: Math.round(b.rate),
    share: share(o.rate, b.rate),
    cpuMicros: { ours: o.cpu, bare: b.cpu },
  };
}

const medians = (rounds: readonly Round[]) => ({
  rate: median(rounds.map((r) => r.unitsPerSecond)),
  cpu: rounded(median(rounds.map((r) => r.cpuMicrosPerUnit))),
});

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const share = (part: number, whole: number): number => Math.round((part / whole) * 100) / 100;

const rounded = (value: number): number => Math.round(value * 10) / 10;
