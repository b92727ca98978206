import { RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createInProcessFrameLog } from "../platform/frame-log/in-process-frame-log.ts";
import { RunWriter } from "./run-writer.ts";

beforeEach(() => void vi.useFakeTimers({ now: 1000 }));
afterEach(() => void vi.useRealTimers());

const STARTED = {
  case: "started" as const,
  value: { $typeName: "ameide.inference.v1.Started" as const, agentId: "a", agentVersion: "1", model: "m" },
};

async function openWriter() {
  const log = createInProcessFrameLog();
  const writer = await RunWriter.open({
    log,
    runId: "r",
    attempt: 1,
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

it("more text waits for company, at most 25 milliseconds", async () => {
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
