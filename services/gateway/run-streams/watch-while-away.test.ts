import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { LogAway, type FrameLog } from "../../platform/frame-log/frame-log.ts";
import { createRunLine, readInto } from "../../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices, type WatchPlace } from "../../testing/test-slices.ts";
import { writeRun } from "../../testing/written-run.ts";

let slices: TestSlices;
/** The log that readers see; writers keep theirs. */
let reading: FrameLog & { isAway: boolean };
const alice = actorOf();
const SOON = { timeout: 20_000 };

beforeAll(async () => {
  slices = await openTestSlices();
});
afterAll(() => slices.close());
beforeEach(() => {
  reading = awayAtWill(slices.log);
});

function awayAtWill(log: FrameLog): FrameLog & { isAway: boolean } {
  const unlessAway = <T>(key: string, work: () => Promise<T>) =>
    away.isAway ? Promise.reject<T>(new LogAway(key)) : work();
  const away = {
    isAway: false,
    open: (key: string) => unlessAway(key, () => log.open(key)),
    read: (key: string, afterSeq: number, limit: number) =>
      unlessAway(key, () => log.read(key, afterSeq, limit)),
    append: log.append.bind(log),
    subscribe: log.subscribe.bind(log),
  };
  return away;
}

function watching(runId: string, place: WatchPlace = {}) {
  const line = createRunLine();
  const deps = { log: reading, heartbeatMilliseconds: 20, ...place.deps };
  const done = readInto(line, slices.watch(alice, runId, { ...place, deps }));
  return { line, done };
}
const tokenAt = (runId: string, epoch: string, seq: number) =>
  slices.watchDeps.tokens.issue(alice, runId, { epoch, seq });

describe("while the log cannot be read", () => {
  // Without catching LogAway in watch-run.ts, each of these streams ends with INTERNAL.
  it("a reader gets snapshots of what is stored, and goes on with the line when the log is back", async () => {
    const run = await writeRun(slices, alice);
    const { line, done } = watching(run.runId);
    await run.say(3);
    await vi.waitFor(() => expect(line.text).toBe(run.text), SOON);
    reading.isAway = true;
    await run.say(3);
    await run.keepProgress();
    await vi.waitFor(() => expect(line.snapshots).toHaveLength(1), SOON);
    expect(line.text).toBe(run.text);
    await run.say(2);
    await run.keepProgress();
    await vi.waitFor(() => expect(line.text).toBe(run.text), SOON);
    reading.isAway = false;
    await run.say(3);
    await run.end(RunState.COMPLETED, true);
    await done;
    expect(line).toMatchObject({ text: run.text, state: RunState.COMPLETED, faults: [] });
  });

  it("a reader who comes then is told what it may rely on, and gets the stored state", async () => {
    const run = await writeRun(slices, alice);
    await run.say(5);
    await run.keepProgress();
    await run.say(1);
    reading.isAway = true;
    const fresh = watching(run.runId);
    const resuming = watching(run.runId, { resumeToken: tokenAt(run.runId, run.writer.epoch, 2) });
    await vi.waitFor(() => expect(resuming.line.snapshots).toHaveLength(1), SOON);
    expect(resuming.line.frames[0]?.frame).toMatchObject({
      case: "resumed",
      value: { state: ResumeState.SNAPSHOT_THEN_CONTINUED, nextSeq: 6n },
    });
    reading.isAway = false;
    await run.end(RunState.COMPLETED, true);
    for (const { line, done } of [fresh, resuming]) {
      await done;
      expect(line).toMatchObject({ text: run.text, state: RunState.COMPLETED, faults: [] });
    }
  });

  it("a reader whose run has stored nothing yet waits, and then continues where it was", async () => {
    const run = await writeRun(slices, alice);
    await run.say(4);
    reading.isAway = true;
    const { line, done } = watching(run.runId, { resumeToken: tokenAt(run.runId, run.writer.epoch, 0) });
    await vi.waitFor(() => expect(line.kinds()).toContain("heartbeat"), SOON);
    reading.isAway = false;
    await vi.waitFor(() => expect(line.kinds()).toContain("resumed"), SOON);
    await run.end(RunState.COMPLETED, true);
    await done;
    expect(line.kinds().filter((kind) => kind !== "heartbeat")[0]).toBe("resumed");
    expect(line).toMatchObject({ text: run.text, state: RunState.COMPLETED, faults: [], snapshots: [] });
  });

  it.each([
    ["a reader who was there", false],
    ["a reader who comes later", true],
  ])("the end comes from the database to %s", async (_, comesLater) => {
    const run = await writeRun(slices, alice);
    await run.say(2);
    const early = comesLater ? undefined : watching(run.runId);
    await vi.waitFor(() => expect(early?.line.seq ?? 2).toBe(2), SOON);
    reading.isAway = true;
    await run.say(2);
    await run.end(RunState.COMPLETED, false);
    const { line, done } = early ?? watching(run.runId);
    await done;
    expect(line).toMatchObject({ text: run.text, state: RunState.COMPLETED, faults: [] });
  });

  it("a reader is asked to reconnect when the server goes down", async () => {
    const run = await writeRun(slices, alice);
    reading.isAway = true;
    const draining = new AbortController();
    const { line, done } = watching(run.runId, { deps: { draining: draining.signal } });
    await vi.waitFor(() => expect(line.kinds()).toContain("heartbeat"), SOON);
    draining.abort();
    await done;
    expect(line.kinds().at(-1)).toBe("reconnect");
  });
});
