import { StartRunRequestSchema } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { create } from "@bufbuild/protobuf";
import { startRun } from "../../services/inference/index.ts";
import type { Actor } from "../../services/platform/auth/actor.ts";
import { createInProcessFrameLog } from "../../services/platform/frame-log/in-process-frame-log.ts";
import { startBenchGateway } from "../harness/bench-gateway.ts";
import { servePeer } from "../harness/serve-peer.ts";
import { createFeeder } from "./feeder.ts";
import { openFrameLog } from "./open-frame-log.ts";

/** A gateway; with a frame log of its own, also the executor that feeds it. */

const { BENCH_DATABASE_URL: databaseUrl, BENCH_REDIS_URL: redisUrl } = process.env;
const HELD_FRAMES = 1000;
const log =
  redisUrl === undefined
    ? createInProcessFrameLog({ framesPerLog: HELD_FRAMES, logs: 20_000, bytes: 1 << 30 })
    : await openFrameLog(redisUrl);
const { address, slices } = await startBenchGateway(log, databaseUrl);
const feeder = createFeeder(log);
const STARTS_AT_A_TIME = 8;

/** Runs of one person that nobody executes. */
async function startRuns({ count, actor }: { count: number; actor: Actor }): Promise<string[]> {
  const runIds: string[] = [];
  const messages = [{ parts: [{ kind: { case: "text" as const, value: { text: "hello" } } }] }];
  let started = 0;
  const startSome = async () => {
    while (started++ < count) {
      const request = create(StartRunRequestSchema, { requestId: crypto.randomUUID(), messages });
      runIds.push((await startRun(slices, actor, request)).run?.runId ?? "");
    }
  };
  await Promise.all(Array.from({ length: STARTS_AT_A_TIME }, startSome));
  return runIds;
}

servePeer({
  address: () => address,
  startRuns,
  prepare: feeder.prepare,
  feed: feeder.feed,
});
