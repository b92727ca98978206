import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { withHeartbeats } from "./with-heartbeats.ts";

async function* slowly(gaps: readonly number[], failure?: Error): AsyncGenerator<number> {
  for (const [i, gap] of gaps.entries()) {
    await sleep(gap);
    yield i;
  }
  if (failure) throw failure;
}

it("a heartbeat comes before the first item, and while there is none", async () => {
  const seen = await Array.fromAsync(withHeartbeats(slowly([0, 120]), 30));
  expect(seen[0]).toBeUndefined();
  expect(seen.filter((item) => item !== undefined)).toEqual([0, 1]);
  expect(seen.slice(2, -1).length).toBeGreaterThanOrEqual(2);
});

it("a failure comes after the items before it", async () => {
  const seen: (number | undefined)[] = [];
  const read = async () => {
    for await (const item of withHeartbeats(slowly([0], new Error("broken")), 1000)) seen.push(item);
  };
  await expect(read()).rejects.toThrow("broken");
  expect(seen).toEqual([undefined, 0]);
});

it("a reader that leaves closes what it read from", async () => {
  let closed = false;
  async function* endless() {
    try {
      for (;;) yield 1;
    } finally {
      closed = true;
    }
  }
  for await (const item of withHeartbeats(endless(), 1000)) if (item === 1) break;
  expect(closed).toBe(true);
});
