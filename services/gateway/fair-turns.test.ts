import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { createFairTurns } from "./fair-turns.ts";

it("little work is done at once, much of it in several turns, in order and all of it", async () => {
  const inTurn = createFairTurns(3);
  const done: number[] = [];
  for (let i = 0; i < 2; i++) inTurn(() => done.push(i));
  expect(done).toEqual([0, 1]);
  await turn();
  for (let i = 2; i < 12; i++) inTurn(() => done.push(i));
  expect(done).toEqual([0, 1, 2, 3, 4]);
  const seen: number[] = [];
  while (done.length < 12) {
    await turn();
    seen.push(done.length);
    // What comes later stands behind what waits.
    if (seen.length === 1) inTurn(() => done.push(12));
  }
  await turn();
  await turn();
  expect(done).toEqual(Array.from({ length: 13 }, (_, i) => i));
  expect(seen.length).toBeGreaterThan(1);
});
