import { isDeepStrictEqual } from "node:util";
import type { Rows, Statement } from "./sql-driver.ts";
import type { Turns } from "./turns.ts";

/** Runs statements in one transaction; resolves to the rows of each. */
type RunEach = (statements: readonly Statement[]) => Promise<Rows[]>;

interface Group {
  /** What all batches of the group begin with. */
  preamble: readonly Statement[];
  waiting: { statement: Statement; resolve(rows: Rows): void; reject(error: unknown): void }[];
}

/** A group keeps the session busy as long as its statements take together. */
const MAX_JOINED = 32;

/**
 * Runs batches that arrive together and differ in their last statement only as one: beginning a transaction and
 * setting the tenant takes longer than most queries do.
 */
export function joinBatches(
  runEach: RunEach,
  turns: Turns,
): (statements: readonly Statement[]) => Promise<Rows> {
  let open: Group | undefined;

  const begin = (preamble: readonly Statement[]): Group => {
    const group: Group = { preamble, waiting: [] };
    const run = () => {
      if (open === group) open = undefined;
      return runGroup(runEach, group);
    };
    // What the sockets brought in this turn of the event loop comes along.
    setImmediate(() => void turns(run));
    return group;
  };

  return (statements) =>
    new Promise((resolve, reject) => {
      const preamble = statements.slice(0, -1);
      const [statement] = statements.slice(-1);
      if (!statement) return resolve([]);
      const fits = open && open.waiting.length < MAX_JOINED && isDeepStrictEqual(open.preamble, preamble);
      const group = open && fits ? open : begin(preamble);
      open = group;
      group.waiting.push({ statement, resolve, reject });
    });
}

async function runGroup(runEach: RunEach, { preamble, waiting }: Group): Promise<void> {
  try {
    const answers = await runEach([...preamble, ...waiting.map(({ statement }) => statement)]);
    for (const [i, { resolve }] of waiting.entries()) resolve(answers[preamble.length + i] ?? []);
  } catch (error) {
    // The failure of one took back all of them: each is tried again by itself.
    if (waiting.length === 1) waiting[0]?.reject(error);
    else for (const one of waiting) await runGroup(runEach, { preamble, waiting: [one] });
  }
}
