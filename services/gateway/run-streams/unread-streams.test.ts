import { connect as http2Connect, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import {
  InferenceService,
  WatchRunRequestSchema,
  WatchRunResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createInProcessFrameLog } from "../../platform/frame-log/in-process-frame-log.ts";
import { heldMegabytes } from "../../testing/held-memory.ts";
import { createRunLine, type RunLine } from "../../testing/run-line.ts";
import { startStubGateway, STUB_IDENTITY, STUB_TOKEN, type StubGateway } from "../../testing/stub-gateway.ts";
import { openTestSlices, type TestSlices } from "../../testing/test-slices.ts";
import { writeRun } from "../../testing/written-run.ts";
import { createRunStreamHandlers } from "./handlers.ts";

const READERS = 200;
const HELD_FRAMES = 100;
const FRAMES = 500;
/** What all of the run's frames hold; each unread stream would hold it, if nothing stopped it. */
const FRAME_BYTES = 4000;
const ALICE = { ...STUB_IDENTITY, traceId: "" };

let slices: TestSlices;
let gateway: StubGateway;
beforeAll(async () => {
  slices = await openTestSlices({ log: createInProcessFrameLog({ framesPerLog: HELD_FRAMES }) });
  gateway = await startStubGateway({
    inference: createRunStreamHandlers({ ...slices, ...slices.watchDeps }),
  });
});
afterAll(async () => {
  await gateway.close();
  await slices.close();
});

/** With a window of nothing, the server may send headers and no byte more. */
function sessionWithWindow(initialWindowSize: number): ClientHttp2Session {
  const session = http2Connect(gateway.baseUrl, { settings: { initialWindowSize }, maxSessionMemory: 1000 });
  session.on("error", () => undefined);
  return session;
}

function watch(session: ClientHttp2Session, runId: string): ClientHttp2Stream {
  const stream = session.request({
    ":path": `/${InferenceService.typeName}/WatchRun`,
    ":method": "POST",
    "content-type": "application/connect+proto",
    authorization: `Bearer ${STUB_TOKEN}`,
  });
  stream.on("error", () => undefined);
  const message = toBinary(WatchRunRequestSchema, create(WatchRunRequestSchema, { runId }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([head, message]));
  return stream;
}

async function readAll(stream: ClientHttp2Stream, line: Pick<RunLine, "take">): Promise<void> {
  let rest = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5 && rest.length >= 5 + rest.readUInt32BE(1)) {
      const end = 5 + rest.readUInt32BE(1);
      const { frame } = fromBinary(
        WatchRunResponseSchema,
        rest[0] === 0 ? rest.subarray(5, end) : new Uint8Array(),
      );
      if (frame) line.take(frame);
      rest = rest.subarray(end);
    }
  }
}

/** Looks at nothing but the seqs: the whole text would be copied for every frame. */
function createSeqs() {
  const line = {
    seq: 0,
    faults: [] as string[],
    take({ seq }: RunFrame) {
      if (Number(seq) !== line.seq + 1) line.faults.push(`seq ${seq} after ${line.seq}`);
      line.seq = Number(seq);
    },
  };
  return line;
}

describe("200 readers that never read", () => {
  // Seen to fail when frames are written without waiting for room: 2 MB a reader, 400 MB.
  it(
    "hold little, keep nobody waiting, and get a snapshot when they read at last",
    { timeout: 120_000 },
    async () => {
      const run = await writeRun(slices, ALICE);
      await run.say(1);
      const before = heldMegabytes();
      const unread = sessionWithWindow(0);
      const streams = Array.from({ length: READERS }, () => watch(unread, run.runId));
      await Promise.all(streams.map((stream) => new Promise((resolve) => stream.once("response", resolve))));

      const healthy = sessionWithWindow(1 << 20);
      const line = createSeqs();
      const reading = readAll(watch(healthy, run.runId), line);
      let length = [...run.text].length;
      const word = "x".repeat(FRAME_BYTES);
      for (let said = 0; said < FRAMES; said++, length += FRAME_BYTES) {
        run.writer.text(length, word);
        await run.writer.flush();
        while (line.seq < run.writer.lastSeq) await turn();
      }
      run.text += word.repeat(FRAMES);
      await run.keepProgress();
      const held = heldMegabytes() - before;
      expect(held).toBeLessThan(100);

      const late = createRunLine();
      // From here on the last of them reads.
      unread.settings({ initialWindowSize: 1 << 24 });
      unread.setLocalWindowSize(1 << 26);
      for (const stream of streams.slice(0, -1)) stream.close(8);
      const readingLate = readAll(streams.at(-1) as ClientHttp2Stream, late);
      await sleep(50);
      await run.end(RunState.COMPLETED, true);
      await Promise.all([reading, readingLate]);
      expect(line.faults).toEqual([]);
      expect(line.seq).toBe(run.writer.lastSeq);
      expect(late.faults).toEqual([]);
      expect(late.state).toBe(RunState.COMPLETED);
      expect(late.text === run.text).toBe(true);
      expect(late.snapshots.length).toBe(1);
      healthy.close();
      unread.destroy();
      // Most were left in mid-write: what they had been sent is bounded, and their handlers are over.
      const ended = () => gateway.lines.filter((each) => "messages" in each);
      await expect.poll(() => ended().length, { timeout: 10_000 }).toBe(READERS + 1);
      const sent = ended().map(({ messages }) => Number(messages));
      expect(sent.filter((messages) => messages > 2 * HELD_FRAMES).length).toBe(1);
      expect(gateway.lines.filter(({ level }) => level !== "debug")).toEqual([]);
    },
  );
});
