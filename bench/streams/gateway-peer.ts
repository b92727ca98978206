import { createInProcessFrameLog } from "../../services/platform/frame-log/in-process-frame-log.ts";
import { startBenchGateway } from "../harness/bench-gateway.ts";
import { servePeer } from "../harness/serve-peer.ts";
import { createFeeder } from "./feeder.ts";
import { openFrameLog } from "./open-frame-log.ts";
import { startRuns, type WantedRuns } from "./start-runs.ts";

/** A gateway; with a frame log of its own, also the executor that feeds it. */

const { BENCH_DATABASE_URL: databaseUrl, BENCH_REDIS_URL: redisUrl } = process.env;
const HELD_FRAMES = 1000;
const log =
  redisUrl === undefined
    ? createInProcessFrameLog({ framesPerLog: HELD_FRAMES, logs: 20_000, bytes: 1 << 30 })
    : await openFrameLog(redisUrl);
const { address, slices } = await startBenchGateway(log, databaseUrl);
const feeder = createFeeder(log);

servePeer({
  address: () => address,
  startRuns: (wanted: WantedRuns) => startRuns(slices, wanted),
  prepare: feeder.prepare,
  feed: feeder.feed,
});
