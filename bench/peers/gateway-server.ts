import { RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { toBinary } from "@bufbuild/protobuf";
import type { FrameLog } from "../../services/platform/frame-log/frame-log.ts";
import { createInProcessFrameLog } from "../../services/platform/frame-log/in-process-frame-log.ts";
import { startBenchGateway } from "../harness/bench-gateway.ts";
import { servePeer } from "../harness/serve-peer.ts";
import { runFrames } from "../stream/run-frames.ts";

/** A gateway, and a producer of frames in the same process. */

const HELD_FRAMES = 1_000_000;
/** The producer appends this many frames before the gateway gets its turn. */
const FRAMES_PER_TURN = 1000;

let frameLog = createInProcessFrameLog({ framesPerLog: HELD_FRAMES });
/** A new log per round, under the same runs. */
const currentLog: FrameLog = {
  open: (key) => frameLog.open(key),
  append: (key, frames) => frameLog.append(key, frames),
  read: (key, afterSeq, limit) => frameLog.read(key, afterSeq, limit),
  subscribe: (key, listener) => frameLog.subscribe(key, listener),
};
const { address } = await startBenchGateway(currentLog);

interface Line {
  runId: string;
  epoch: string;
  frames: Uint8Array[];
}
let lines: Line[] = [];

async function prepare({ runIds, count }: { runIds: string[]; count: number }): Promise<void> {
  frameLog = createInProcessFrameLog({ framesPerLog: HELD_FRAMES });
  lines = [];
  for (const runId of runIds) {
    const { epoch } = await frameLog.open(runId);
    const frames = runFrames(runId, epoch, count).map((frame) => toBinary(RunFrameSchema, frame));
    const line = { runId, epoch, frames };
    await append(line, 0);
    lines.push(line);
  }
}

async function append({ runId, epoch, frames }: Line, index: number): Promise<void> {
  await frameLog.append(runId, {
    epoch,
    fence: 1,
    firstSeq: index + 1,
    frames: frames.slice(index, index + 1),
  });
}

/** One frame of each run in turn, as executors do. */
async function produce(): Promise<void> {
  const count = lines[0]?.frames.length ?? 0;
  let appended = 0;
  for (let index = 1; index < count; index++) {
    for (const line of lines) {
      await append(line, index);
      if (++appended % FRAMES_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

servePeer({ address: () => address, prepare, go: () => void produce() });
