import { readFileSync } from "node:fs";

const MICROS_PER_TICK = 10_000;

/** CPU time of a process so far in microseconds; NaN where there is no /proc. Busy neighbours hardly change it. */
export function cpuMicros(pid: number | undefined): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const [user, system] = stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return (Number(user) + Number(system)) * MICROS_PER_TICK;
  } catch {
    return Number.NaN;
  }
}
