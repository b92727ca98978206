import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { createFairTurns } from "./fair-turns.ts";

it("work is done in later turns, some in each, in order and all of it", async () => {
  const inTurn = createFairTurns(3);
  const done: number[] = [];
  for (let i = 0; i < 8; i++) inTurn(() => done.push(i));
  expect(done).toEqual([]);
  const seen: number[] = [];
  while (done.length < 8) {
    await turn();
    seen.push(done.length);
    // What comes later stands behind what waits.
    if (seen.length === 1) inTurn(() => done.push(8));
  }
  await turn();
  expect(done).toEqual(Array.from({ length: 9 }, (_, i) => i));
  expect(seen.length).toBeGreaterThan(2);
});

it("what comes after all is done has its turn, too", async () => {
  const inTurn = createFairTurns(3);
  let done = 0;
  for (let round = 1; round <= 3; round++) {
    inTurn(() => (done += 1));
    await turn();
    await turn();
    expect(done).toBe(round);
  }
});
