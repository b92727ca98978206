import { setTimeout as sleep } from "node:timers/promises";
import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "../../platform/auth/actor.ts";
import type { FrameLog } from "../../platform/frame-log/frame-log.ts";
import { createInProcessFrameLog } from "../../platform/frame-log/in-process-frame-log.ts";
import { createRunLine, readInto, type RunLine } from "../../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../../testing/test-slices.ts";
import { writeRun } from "../../testing/written-run.ts";

let slices: TestSlices;
let alice: Actor;
let listening = 0;
beforeAll(async () => {
  slices = await openTestSlices({ log: counting(createInProcessFrameLog({ framesPerLog: 40 })) });
  alice = actorOf();
});
afterAll(() => slices.close());

/** Counts who listens. */
function counting(log: FrameLog): FrameLog {
  return {
    open: (key) => log.open(key),
    append: (key, frames) => log.append(key, frames),
    read: (key, afterSeq, limit) => log.read(key, afterSeq, limit),
    subscribe(key, listener) {
      const stop = log.subscribe(key, listener);
      listening += 1;
      return () => {
        listening -= 1;
        stop();
      };
    },
  };
}

const until = async (condition: () => boolean) => {
  while (!condition()) await sleep(1);
};

describe("a reader", () => {
  it("that falls behind what the log holds gets a snapshot and the right text, however often", async () => {
    const run = await writeRun(slices, alice);
    const line = createRunLine();
    await run.say(2);
    for await (const { frame } of slices.watch(alice, run.runId)) {
      line.take(frame);
      if (line.state !== undefined || line.seq < run.writer.lastSeq) continue;
      // The reader sleeps over everything that is said in one go.
      await run.say(200);
      await run.keepProgress();
      await run.say(5);
      if (line.snapshots.length === 3) await run.end(RunState.COMPLETED, true);
    }
    expect(line.faults).toEqual([]);
    expect(line.snapshots.length).toBe(4);
    expect(line.text).toBe(run.text);
    expect(line.state).toBe(RunState.COMPLETED);
  });

  it("that falls behind with nothing to replace what is gone is told so", async () => {
    const run = await writeRun(slices, alice);
    await run.say(2);
    const read = async () => {
      for await (const { frame } of slices.watch(alice, run.runId)) if (frame.seq === 2n) await run.say(200);
    };
    await expect(read()).rejects.toMatchObject({ reason: "RESUME_GONE" });
    expect(listening).toBe(0);
  });

  // Seen to fail as RESUME_GONE: the run was read before it ended, its snapshot after.
  it("whose run ends in the moment when its start is missed gets the whole of it", async () => {
    const run = await writeRun(slices, alice);
    await run.say(200);
    await run.keepProgress();
    const log: FrameLog = {
      ...counting(slices.log),
      async open(key) {
        const head = await slices.log.open(key);
        await run.end(RunState.COMPLETED, true);
        return head;
      },
    };
    const line = await readInto(createRunLine(), slices.watch(alice, run.runId, { deps: { log } }));
    expect(line.faults).toEqual([]);
    expect(line.text).toBe(run.text);
    expect(line.state).toBe(RunState.COMPLETED);
    expect(listening).toBe(0);
  });

  // Seen to fail, hanging, when a silent reader does not look at the database (overSilently in follow-line.ts).
  it("whose terminal frame was lost is let go within two heartbeats", async () => {
    const heartbeatMilliseconds = 50;
    const run = await writeRun(slices, alice);
    await run.say(3);
    const line = createRunLine();
    const reading = readInto(line, slices.watch(alice, run.runId, { deps: { heartbeatMilliseconds } }));
    await until(() => line.seq === 3);
    await run.end(RunState.COMPLETED, false);
    const over = await Promise.race([
      reading.then(() => "over"),
      sleep(2 * heartbeatMilliseconds + 500, "hangs"),
    ]);
    expect(over).toBe("over");
    expect(line.state).toBe(RunState.COMPLETED);
    expect(line.text).toBe(run.text);
    expect(line.faults).toEqual([]);
  });

  // Seen to fail, hanging, when the reader listens only after its first read.
  it("misses nothing that is said between its reading and its waiting", async () => {
    const run = await writeRun(slices, alice);
    const log: FrameLog = {
      ...counting(slices.log),
      async read(key, afterSeq, limit) {
        const page = await slices.log.read(key, afterSeq, limit);
        if (run.writer.lastSeq < 20) await run.say(1);
        return page;
      },
    };
    const stream = slices.watch(alice, run.runId, { deps: { log, heartbeatMilliseconds: 60_000 } });
    const line = await readInto(createRunLine(), stream, ({ seq }) => seq < 20);
    expect(line.faults).toEqual([]);
    expect(line.text).toBe(run.text);
  });

  it("is told that the stream is alive, with what the line has, and that costs no seq", async () => {
    const run = await writeRun(slices, alice);
    await run.say(3);
    const stream = slices.watch(alice, run.runId, { deps: { heartbeatMilliseconds: 10 } });
    const line = await readInto(
      createRunLine(),
      stream,
      (l) => l.kinds().filter((k) => k === "heartbeat").length < 3,
    );
    expect(line.frames.slice(3).map(({ seq }) => seq)).toEqual([0n, 0n, 0n]);
    expect(line.frames.at(-1)?.frame.value).toMatchObject({ highSeq: 3n });
  });

  // Seen to fail when followLine does not close its wake-up.
  it("that leaves is forgotten: 100 reconnects leave nobody listening, and each costs the same", async () => {
    const run = await writeRun(slices, alice);
    await run.say(5);
    let token = "";
    for (let i = 0; i < 100; i++) {
      const leaving = new AbortController();
      const place = { signal: leaving.signal, ...(token && { resumeToken: token }) };
      const line = createRunLine();
      for await (const { frame } of slices.watch(alice, run.runId, place)) {
        line.take(frame);
        expect(listening).toBeLessThanOrEqual(1);
        if (i % 2 === 0) leaving.abort();
        else break;
      }
      token = line.token;
    }
    expect(listening).toBe(0);
  });

  it("whose server goes down is asked to come back, and goes on from there, there or elsewhere", async () => {
    const run = await writeRun(slices, alice);
    await run.say(3);
    const draining = new AbortController();
    const line = createRunLine();
    const reading = readInto(line, slices.watch(alice, run.runId, { deps: { draining: draining.signal } }));
    await until(() => line.seq === 3);
    draining.abort();
    await reading;
    expect(line.kinds().at(-1)).toBe("reconnect");
    expect(line.state).toBeUndefined();
    await run.say(2);
    await run.keepProgress();
    await run.end(RunState.COMPLETED, true);

    const here = copyOf(line);
    await readInto(here, slices.watch(alice, run.runId, { resumeToken: line.token }));
    expect(here.frames.at(line.frames.length)?.frame.value).toMatchObject({ state: ResumeState.CONTINUED });
    const elsewhere = copyOf(line);
    const log = createInProcessFrameLog();
    await readInto(elsewhere, slices.watch(alice, run.runId, { resumeToken: line.token, deps: { log } }));
    expect(elsewhere.frames.at(line.frames.length)?.frame.value).toMatchObject({
      state: ResumeState.SNAPSHOT_THEN_CONTINUED,
    });
    for (const resumed of [here, elsewhere]) {
      expect(resumed.faults).toEqual([]);
      expect(resumed.text).toBe(run.text);
      expect(resumed.state).toBe(RunState.COMPLETED);
    }
  });
});

function copyOf(line: RunLine): RunLine {
  const copy = createRunLine();
  line.frames.forEach((frame) => copy.take(frame));
  return copy;
}

describe("a run that is resumed in its first milliseconds", () => {
  // Seen to fail when a resume goes on at the head of the log instead of the reader's place.
  it("misses nothing, 60 times", { timeout: 120_000 }, async () => {
    slices.startLoop();
    for (let i = 0; i < 60; i++) {
      const text = `${"quick brown fox ".repeat(4)}${i}`;
      const runId = await slices.start(alice, `echo ${text}`);
      const line = createRunLine();
      while (line.state === undefined) {
        const place = line.token === "" ? {} : { resumeToken: line.token, afterSeq: BigInt(line.seq) };
        // It leaves with its first frames and comes back at once, or when more was said.
        const most = line.frames.length + 2 + Math.floor(Math.random() * 3);
        await readInto(line, slices.watch(alice, runId, place), ({ frames }) => frames.length < most);
        await sleep(Math.random() * 5);
      }
      expect(line.faults).toEqual([]);
      expect(line.text).toBe(text);
      expect(line.state).toBe(RunState.COMPLETED);
    }
  });
});
