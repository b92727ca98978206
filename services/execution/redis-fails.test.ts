import { setTimeout as sleep } from "node:timers/promises";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { findRun } from "../inference/index.ts";
import { createRedisFrameLog } from "../platform/frame-log/redis-frame-log.ts";
import { openRedis, type RedisConnection } from "../platform/redis/redis-connection.ts";
import type { PrivateServer } from "../testing/private-server.ts";
import { startRedis } from "../testing/redis-server.ts";
import { available } from "../testing/requirements.ts";
import { createRunLine, readInto, textOf } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";

/** Words are said at this pace, so that failures come in mid-answer. */
const TOKENS_PER_SECOND = 40;
const WORDS = Array.from({ length: 60 }, (_, i) => `word${i}`).join(" ");
const SOON = { timeout: 25_000, interval: 20 };

describe.skipIf(!available("redis"))("an answer whose frames are in Redis", () => {
  let server: PrivateServer;
  let redis: RedisConnection;
  let slices: TestSlices;
  const alice = actorOf();
  beforeAll(async () => {
    server = await startRedis();
    redis = openRedis(server.url, { silenceMilliseconds: 400 });
    await redis.whenUp(20_000);
    const log = createRedisFrameLog(redis, { patienceMilliseconds: 800 });
    slices = await openTestSlices({ log, offlineTokensPerSecond: TOKENS_PER_SECOND });
    slices.startLoop();
  });
  afterAll(async () => {
    await slices.close();
    redis.close();
    await server.stop();
  });

  async function inMidAnswer() {
    const runId = await slices.start(alice, `echo ${WORDS}`);
    const line = createRunLine();
    const more = async () => {
      // As an SDK does: again, from the latest token, until the end.
      while (line.state === undefined) {
        const place = { resumeToken: line.token, deps: { heartbeatMilliseconds: 200 } };
        await readInto(line, slices.watch(alice, runId, place));
      }
    };
    const read = more();
    await vi.waitFor(() => expect(line.text.length).toBeGreaterThan(40), SOON);
    return { runId, line, read };
  }
  const storedText = async (runId: string) => {
    const run = await findRun(slices.database.reader(alice.tenantId), runId);
    return { state: run?.state, text: textOf(run?.end?.parts ?? []), attempt: run?.attempt };
  };
  const COMPLETED = { state: RunState.COMPLETED, text: WORDS };

  it("is whole when the server stays away: the run goes on, and its end comes from the database", async () => {
    const { runId, line, read } = await inMidAnswer();
    await server.kill();
    await read;
    expect(await storedText(runId)).toEqual({ ...COMPLETED, attempt: 1 });
    expect(line).toMatchObject({ ...COMPLETED, faults: [] });
    await server.restart();
    await redis.whenUp(20_000);
  });

  // No model is asked again: what was said is said again on a new line.
  it.each([
    ["is killed and comes back with what it had", () => server.restart()],
    ["is killed and comes back empty", () => server.restart({ empty: true })],
    ["is flushed", () => redis.commands.flushall()],
    [
      "hangs for a while",
      async () => {
        server.pause();
        await sleep(1500);
        server.resume();
      },
    ],
  ])("is whole when the server %s", async (_, fail) => {
    const { runId, line, read } = await inMidAnswer();
    await fail();
    await read;
    expect(await storedText(runId)).toEqual({ ...COMPLETED, attempt: 1 });
    expect(line).toMatchObject({ ...COMPLETED, faults: [] });
    await redis.whenUp(20_000);
  });
});
