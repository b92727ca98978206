import { cpuMicros } from "./cpu-time.ts";

/** One side of a comparison. */
export interface Side {
  /** The process whose CPU time is counted. */
  pid: number | undefined;
  /** Does `units` units of work; resolves to the units per second. */
  measure(): Promise<number>;
  units: number;
}

/** `cpuMicros` is what one unit costs the server's process: it tells more than the rates on a busy machine. */
export interface Compared {
  ours: number;
  bare: number;
  share: number;
  cpuMicros: { ours: number; bare: number };
}

/** Measures both sides in turns, so that a busy moment of the machine hurts both; the first turn only warms up. */
export async function alternate(rounds: number, ours: Side, bare: Side): Promise<Compared> {
  const [measureOurs, measureBare] = [meter(ours), meter(bare)];
  await ours.measure();
  await bare.measure();
  for (let round = 0; round < rounds; round++) {
    await measureOurs.round();
    await measureBare.round();
  }
  const [o, b] = [measureOurs.figures(), measureBare.figures()];
  return {
    ours: Math.round(o.rate),
    bare: Math.round(b.rate),
    share: share(o.rate, b.rate),
    cpuMicros: { ours: rounded(o.cpu), bare: rounded(b.cpu) },
  };
}

function meter({ pid, measure, units }: Side) {
  const rates: number[] = [];
  const costs: number[] = [];
  return {
    async round() {
      const before = cpuMicros(pid);
      rates.push(await measure());
      costs.push((cpuMicros(pid) - before) / units);
    },
    figures: () => ({ rate: median(rates), cpu: median(costs) }),
  };
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

export const share = (part: number, whole: number): number => Math.round((part / whole) * 100) / 100;

const rounded = (value: number): number => Math.round(value * 10) / 10;
