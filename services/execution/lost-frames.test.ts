import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, it } from "vitest";
import { claimRuns } from "../inference/lease-store.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { FrameLog } from "../platform/frame-log/frame-log.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { writeRun } from "../testing/written-run.ts";

let slices: TestSlices;
let alice: Actor;
beforeAll(async () => {
  slices = await openTestSlices();
  alice = actorOf();
});
afterAll(() => slices.close());

/** Frames after a seq are on their way for ever, as those of an executor that is killed. */
const losing = (log: FrameLog, afterSeq: number): FrameLog => ({
  open: log.open.bind(log),
  read: log.read.bind(log),
  subscribe: log.subscribe.bind(log),
  append: async (key, frames) => {
    if (frames.firstSeq <= afterSeq) await log.append(key, frames);
  },
});

// Without `promised` in RunSession.begin, the resumed reader misses the new attempt's retract: its text is wrong.
it("a reader placed by a snapshot whose frames were lost with their executor gets the next attempt's whole line", async () => {
  const run = await writeRun({ ...slices, log: losing(slices.log, 2) }, alice);
  await run.say(6);
  await run.keepProgress();
  const claim = { executorId: "dead", leaseSeconds: 60, limit: 1 };
  await slices.database.systemTransaction(async (tx) => {
    await claimRuns(tx, claim);
    await tx.sql.execute(sql`UPDATE run_leases SET lease_until = '-infinity'`);
  });
  const line = createRunLine();
  const resumeToken = slices.watchDeps.tokens.issue(alice, run.runId, { epoch: run.writer.epoch, seq: 6 });
  line.text = run.text;

  const loop = slices.startLoop();
  await readInto(createRunLine(), slices.watch(alice, run.runId));
  await readInto(line, slices.watch(alice, run.runId, { resumeToken }));
  await loop.stop(1000);

  expect(line.frames[0]?.frame).toMatchObject({
    case: "resumed",
    value: { state: ResumeState.SNAPSHOT_THEN_CONTINUED },
  });
  expect(line).toMatchObject({ text: "nobody executes this", state: RunState.COMPLETED, faults: [] });
});
