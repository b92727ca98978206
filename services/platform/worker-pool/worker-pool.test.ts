import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { createWorkerPool, JobFailed, JobTooLarge } from "./worker-pool.ts";
import type { Job } from "../../testing/isolated/pool-work.ts";

const options = {
  module: new URL("../../testing/isolated/pool-work.ts", import.meta.url),
  threads: 2,
  megabytes: 64,
  milliseconds: 20_000,
};
const pool = createWorkerPool<Job, number, number>(options);
afterAll(() => pool.close());

describe("a pool of threads", () => {
  it("does a job after the other, and gives what each came to", async () => {
    const jobs = Array.from({ length: 6 }, (_, n) => pool.run({ do: "double", n }));
    expect(await Promise.all(jobs)).toEqual([0, 2, 4, 6, 8, 10]);
  });

  // Seen to fail when the thread does not wait to be told that a part was dealt with.
  it("is told one part at a time, however slowly they are dealt with", async () => {
    let open = 0;
    const seen: number[] = [];
    const onPart = async (part: number) => {
      open += 1;
      expect(open).toBe(1);
      seen.push(part);
      await sleep(5);
      open -= 1;
    };
    expect(await pool.run({ do: "count", n: 20 }, { onPart })).toBe(20);
    expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => i));
  });

  // Done in this thread, the work would leave it no turn.
  it("leaves the event loop alone", async () => {
    let turns = 0;
    const over = new AbortController();
    const count = async () => {
      for (; !over.signal.aborted; turns++) await new Promise((resolve) => void setImmediate(resolve));
    };
    const counting = count();
    await pool.run({ do: "busy", n: 300 });
    over.abort();
    await counting;
    expect(turns).toBeGreaterThan(10);
  });

  it("tells what a job says of its failure, and goes on with the same thread", async () => {
    const failed = await pool.run({ do: "fail", n: 3 }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(JobFailed);
    expect(failed).toMatchObject({ message: "not this", details: { n: 3 } });
    expect(await pool.run({ do: "double", n: 4 })).toBe(8);
  });

  it("ends a thread that was left, takes too long or too much, and goes on with others", async () => {
    const leaving = new AbortController();
    const left = pool.run({ do: "busy", n: 60_000 }, { signal: leaving.signal });
    setTimeout(() => leaving.abort(new Error("gone")), 50);
    await expect(left).rejects.toThrow("gone");
    const impatient = createWorkerPool<Job, number, number>({ ...options, milliseconds: 200 });
    await expect(impatient.run({ do: "busy", n: 60_000 })).rejects.toThrow(JobTooLarge);
    await expect(pool.run({ do: "hoard", n: 0 })).rejects.toThrow("too much memory");
    expect(await impatient.run({ do: "double", n: 1 }).catch(() => 2)).toBe(2);
    expect(await pool.run({ do: "double", n: 5 })).toBe(10);
    await impatient.close();
  });

  it("fails as the one who listens does", async () => {
    const onPart = () => Promise.reject(new Error("no room"));
    await expect(pool.run({ do: "count", n: 3 }, { onPart })).rejects.toThrow("no room");
    expect(await pool.run({ do: "double", n: 6 })).toBe(12);
  });
});
