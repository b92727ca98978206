import { RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FencedOut, type FrameLog } from "../platform/frame-log/frame-log.ts";
import { createInProcessFrameLog } from "../platform/frame-log/in-process-frame-log.ts";
import { createAppendPace, type AppendPace } from "./append-pace.ts";
import { RunWriter } from "./run-writer.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1000 }));
afterEach(() => void vi.useRealTimers());

const STARTED = {
  case: "started" as const,
  value: { $typeName: "ameide.inference.v1.Started" as const, agentId: "a", agentVersion: "1", model: "m" },
};

const BUSY = { count: () => undefined, windowMilliseconds: () => 25 };

async function openWriter(log: FrameLog = createInProcessFrameLog(), pace: AppendPace = BUSY) {
  const writer = await RunWriter.open({
    log,
    runId: "r",
    attempt: 1,
    pace,
    onRefused: (error) => void expect.fail(`${error}`),
  });
  const written = async () => {
    await vi.advanceTimersByTimeAsync(0);
    const page = await log.read("r", 0, 100);
    return page?.entries.map(({ data }) => {
      const { frame } = fromBinary(RunFrameSchema, data);
      return frame.case === "textDelta" ? frame.value.text : frame.case;
    });
  };
  return { writer, written };
}

it("the first text goes at once, also right after another frame", async () => {
  const { writer, written } = await openWriter();
  writer.emit(STARTED);
  await vi.advanceTimersByTimeAsync(1);
  writer.text(0, "Hello");
  expect(await written()).toEqual(["started", "Hello"]);
});

it("more text of a busy process waits for company, at most 25 milliseconds", async () => {
  const { writer, written } = await openWriter();
  writer.text(0, "Hello");
  writer.text(5, ", ");
  await vi.advanceTimersByTimeAsync(10);
  writer.text(7, "world");
  expect(await written()).toEqual(["Hello"]);
  await vi.advanceTimersByTimeAsync(15);
  expect(await written()).toEqual(["Hello", ", world"]);
  await vi.advanceTimersByTimeAsync(100);
  writer.text(12, "!");
  expect(await written()).toEqual(["Hello", ", world", "!"]);
});

it("a token every 10 milliseconds goes at once when the process is not busy, and waits when it is", async () => {
  const pace = createAppendPace();
  const { writer, written } = await openWriter(undefined, pace);
  for (let said = 0; said < 3; said++, await vi.advanceTimersByTimeAsync(10)) writer.text(said, "x");
  expect(await written()).toEqual(["x", "x", "x"]);
  for (let append = 0; append < 101; append++) pace.count();
  for (let said = 3; said < 5; said++, await vi.advanceTimersByTimeAsync(5)) writer.text(said, "x");
  expect(await written()).toEqual(["x", "x", "x"]);
  await vi.advanceTimersByTimeAsync(25);
  expect(await written()).toEqual(["x", "x", "x", "xx"]);
  await vi.advanceTimersByTimeAsync(50);
  expect(pace.windowMilliseconds()).toBe(5);
});

/** Each append waits until it is let go; counts what it was given. */
function slowLog() {
  const log = createInProcessFrameLog();
  const appends: { frames: number; letGo(): void }[] = [];
  const slow: FrameLog = {
    open: (key, fence) => log.open(key, fence),
    read: (key, afterSeq, limit) => log.read(key, afterSeq, limit),
    subscribe: (key, listener) => log.subscribe(key, listener),
    async append(key, given) {
      const gate = Promise.withResolvers<void>();
      appends.push({ frames: given.frames.length, letGo: gate.resolve });
      await gate.promise;
      await log.append(key, given);
    },
  };
  return { slow, appends };
}

it("what is said while the log is slow goes in one delta, however long it takes", async () => {
  const { slow, appends } = slowLog();
  const { writer, written } = await openWriter(slow);
  for (let said = 0; said < 100; said++) {
    writer.text(said, "x");
    await vi.advanceTimersByTimeAsync(10);
  }
  expect(appends.length).toBe(1);
  appends[0]?.letGo();
  await vi.advanceTimersByTimeAsync(25);
  expect(appends.map(({ frames }) => frames)).toEqual([1, 1]);
  appends[1]?.letGo();
  expect(await written()).toEqual(["x", "x".repeat(99)]);
});

it("text after another frame, while that one is written, is not forgotten", async () => {
  const { slow, appends } = slowLog();
  const { writer, written } = await openWriter(slow);
  writer.text(0, "a");
  await vi.advanceTimersByTimeAsync(5);
  writer.emit(STARTED);
  writer.text(1, "b");
  appends[0]?.letGo();
  await vi.advanceTimersByTimeAsync(1);
  appends[1]?.letGo();
  await vi.advanceTimersByTimeAsync(25);
  appends[2]?.letGo();
  expect(await written()).toEqual(["a", "started", "b"]);
});

it("a flush resolves when what was said before it is in the log, and not before", async () => {
  const { slow, appends } = slowLog();
  const { writer } = await openWriter(slow);
  const resolved: string[] = [];
  writer.text(0, "a");
  void writer.flush().then(() => resolved.push("a"));
  writer.text(1, "b");
  void writer.flush().then(() => resolved.push("b"));
  await vi.advanceTimersByTimeAsync(100);
  expect(resolved).toEqual([]);
  appends[0]?.letGo();
  await vi.advanceTimersByTimeAsync(0);
  expect(resolved).toEqual(["a"]);
  appends[1]?.letGo();
  await vi.advanceTimersByTimeAsync(0);
  expect(resolved).toEqual(["a", "b"]);
});

it("a refused writer lets who waits go and says no more", async () => {
  const log = createInProcessFrameLog();
  const refusals: unknown[] = [];
  const onRefused = (error: unknown) => void refusals.push(error);
  const writer = await RunWriter.open({ log, runId: "r", attempt: 1, onRefused });
  await log.open("r", 2);
  writer.text(0, "a");
  await writer.flush();
  writer.text(1, "b");
  await writer.flush();
  expect(refusals).toEqual([expect.any(FencedOut)]);
  expect((await log.read("r", 0, 10))?.entries).toEqual([]);
});
