import { describe, expect, it } from "vitest";
import { frameLogContract, frames, textsOf } from "../../testing/contracts/frame-log.ts";
import { EpochLost, type FrameLog } from "./frame-log.ts";
import { createInProcessFrameLog } from "./in-process-frame-log.ts";

async function fill(log: FrameLog, key: string, count = 1, size = 1): Promise<string> {
  const { epoch, nextSeq } = await log.open(key);
  for (let i = 0; i < count; i++) {
    const frame = Buffer.alloc(size, "x");
    await log.append(key, { epoch, fence: 1, firstSeq: nextSeq + i, frames: [frame] });
  }
  return epoch;
}
const holds = async (log: FrameLog, key: string) => (await log.read(key, 0, 1)) !== undefined;

describe("the frame log within a process", () => {
  frameLogContract(() => {
    const log = createInProcessFrameLog({ framesPerLog: 32 });
    return { here: log, there: log };
  }, 32);

  it("drops the log that was quiet for longest; begun anew it has another epoch", async () => {
    const log = createInProcessFrameLog({ logs: 2 });
    const epoch = await fill(log, "a");
    await fill(log, "b");
    await fill(log, "a");
    await fill(log, "c");
    expect([await holds(log, "a"), await holds(log, "b"), await holds(log, "c")]).toEqual([
      true,
      false,
      true,
    ]);
    await fill(log, "d");
    await expect(
      log.append("a", { epoch, fence: 1, firstSeq: 3, frames: frames("x") }),
    ).rejects.toBeInstanceOf(EpochLost);
    const again = await log.open("a");
    expect(again).toMatchObject({ oldestSeq: 1, nextSeq: 1 });
    expect(again.epoch).not.toBe(epoch);
  });

  it("keeps a log that somebody watches, and drops others in its place", async () => {
    const log = createInProcessFrameLog({ logs: 3 });
    await fill(log, "watched");
    const stop = log.subscribe("watched", () => undefined);
    for (let i = 0; i < 50; i++) await fill(log, `run ${i}`);
    const kept = await Promise.all(Array.from({ length: 50 }, (_, i) => holds(log, `run ${i}`)));
    expect(await holds(log, "watched")).toBe(true);
    expect(kept.filter(Boolean)).toHaveLength(2);
    stop();
    for (let i = 50; i < 60; i++) await fill(log, `run ${i}`);
    expect(await holds(log, "watched")).toBe(false);
  });

  it("holds no more memory than it may, and counts what it dropped", async () => {
    const log = createInProcessFrameLog({ bytes: 100_000, framesPerLog: 8 });
    for (let i = 0; i < 100; i++) await fill(log, `run ${i}`, 10, 1000);
    const kept = await Promise.all(Array.from({ length: 100 }, (_, i) => holds(log, `run ${i}`)));
    const count = kept.filter(Boolean).length;
    expect(count).toBeGreaterThan(5);
    expect(count).toBeLessThan(12);
    expect(kept.slice(-count).every(Boolean)).toBe(true);
  });

  it("never drops the log that is being written, however large", async () => {
    const log = createInProcessFrameLog({ bytes: 1000 });
    await fill(log, "large", 3, 2000);
    expect(textsOf(await log.read("large", 0, 10))).toHaveLength(3);
  });
});
