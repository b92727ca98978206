import { join } from "node:path";
import { RunFrameSchema } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { toBinary } from "@bufbuild/protobuf";
import { createDevIssuer } from "../../services/gateway/dev-issuer/dev-issuer.ts";
import { createGateway } from "../../services/gateway/gateway.ts";
import { listenOnePort } from "../../services/gateway/one-port.ts";
import { createResumeTokens } from "../../services/gateway/run-streams/resume-token.ts";
import { createTokenVerifier } from "../../services/platform/auth/verify-token.ts";
import { createInProcessBus } from "../../services/platform/bus/in-process-bus.ts";
import { createInProcessWorkQueue } from "../../services/platform/work-queue/in-process-work-queue.ts";
import { parseConfig } from "../../services/platform/config/config.ts";
import { createDatabase } from "../../services/platform/db/database.ts";
import { migrate } from "../../services/platform/db/migrate.ts";
import { openPglite } from "../../services/platform/db/pglite-driver.ts";
import type { FrameLog } from "../../services/platform/frame-log/frame-log.ts";
import { createInProcessFrameLog } from "../../services/platform/frame-log/in-process-frame-log.ts";
import { createLog } from "../../services/platform/telemetry/log.ts";
import { createTokenSealer } from "../../services/platform/tokens/sealed-token.ts";
import { composeSlices } from "../../services/slices.ts";
import { UNLIMITED } from "../harness/ameide-process.ts";
import { servePeer } from "../harness/serve-peer.ts";
import { runFrames } from "../stream/run-frames.ts";

/** The program without its executor: the benchmark writes the frames itself. */

const HELD_FRAMES = 1_000_000;
/** The producer appends this many frames before the gateway gets its turn. */
const FRAMES_PER_TURN = 1000;

const config = parseConfig({ DATA_DIR: ":memory:", LOG_LEVEL: "info", ...UNLIMITED });
const log = createLog(config.LOG_LEVEL);
const driver = await openPglite(undefined);
await migrate(driver, join(import.meta.dirname, "../../services/migrations"));
const now = () => new Date();
let frameLog = createInProcessFrameLog({ framesPerLog: HELD_FRAMES });
/** A new log per round, under the same runs. */
const currentLog: FrameLog = {
  open: (key) => frameLog.open(key),
  append: (key, frames) => frameLog.append(key, frames),
  read: (key, afterSeq, limit) => frameLog.read(key, afterSeq, limit),
  subscribe: (key, listener) => frameLog.subscribe(key, listener),
};
const slices = composeSlices(config, {
  database: createDatabase(driver),
  bus: createInProcessBus(),
  workQueue: createInProcessWorkQueue(),
  log: currentLog,
  now,
});
const devIssuer = await createDevIssuer();
const draining = new AbortController().signal;
const tokens = createResumeTokens(createTokenSealer(Buffer.alloc(32, 7)), now);
const gateway = createGateway({
  handlers: slices.handlers({ tokens, draining, heartbeatMilliseconds: 8000 }),
  verify: createTokenVerifier([devIssuer]),
  devIssuer,
  corsOrigins: [],
  webApp: (_request, response) => void response.writeHead(404).end(),
  check: async () => ({ ready: true, dependencies: {} }),
  draining,
  log,
});
const { port } = await listenOnePort(gateway, { host: config.HOST, port: 0 });

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

servePeer({
  address: () => `http://${config.HOST}:${port}`,
  prepare,
  go: () => void produce(),
});
