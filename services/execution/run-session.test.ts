import { setTimeout as sleep } from "node:timers/promises";
import { RunFrameSchema, type Snapshot } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { fromBinary } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listLedgerRows } from "../budget/ledger-store.ts";
import { findProgress } from "../inference/index.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { createInProcessFrameLog } from "../platform/frame-log/in-process-frame-log.ts";
import { NOTHING_RESTORED } from "../testing/test-executor.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import type { AgentEvent, AgentExecutor, AgentRequest } from "./agent-event.ts";
import { createEventChannel } from "./agents/event-channel.ts";

let slices: TestSlices;
let alice: Actor;
beforeAll(async () => {
  slices = await openTestSlices({ log: createInProcessFrameLog({ framesPerLog: 10_000 }) });
  alice = actorOf();
});
afterAll(() => slices.close());

const reader = () => slices.database.reader(alice.tenantId);
const usage = (outputTokens: number) => ({ inputTokens: 7, outputTokens, reported: true });

/** A graph that runs as far ahead of its reader as the channel lets it, as LangGraph does. */
function graphOf(
  script: (request: AgentRequest, say: (event: AgentEvent) => void) => Promise<void>,
): AgentExecutor {
  return {
    async *execute(request) {
      const channel = createEventChannel<AgentEvent>();
      const abort = () => channel.abort(request.signal.reason);
      request.signal.addEventListener("abort", abort, { once: true });
      if (request.signal.aborted) abort();
      if (request.attempt > 1) void channel.push(NOTHING_RESTORED);
      const done = script(request, (event) => void channel.push(event)).then(channel.end, channel.fail);
      try {
        yield* channel;
      } finally {
        channel.end();
        await Promise.race([done, sleep(1000)]);
      }
    },
  };
}

const callOf = ({ attempt }: AgentRequest, n: number) => ({
  callId: `${attempt}.${n}`,
  model: "offline/offline",
  inputTokens: 7,
  maxOutputTokens: 50,
});

/** Two model calls; the second is asked for before the first one's end was read. */
const twoCalls = graphOf(async (request, say) => {
  for (const n of [1, 2]) {
    const call = callOf(request, n);
    await request.beforeModelCall(call);
    say({ type: "call_started", call });
    say({ type: "text", text: `call ${n} `, outputTokens: 3 });
    say({ type: "call_ended", call, usage: usage(n * 10) });
  }
});

/** A database whose transactions take a while, as one far away. */
function slow(database: Database): Database {
  return {
    ...database,
    transaction: async (tenantId, work) => {
      await sleep(Math.random() * 10);
      return database.transaction(tenantId, work);
    },
  };
}

async function ledgerOf(runId: string) {
  const rows = await listLedgerRows(reader(), { runId }, { after: undefined, limit: 10 });
  return rows.toReversed().map(({ callId, outputTokens, aborted }) => [callId, outputTokens, aborted]);
}

describe("an executor that runs ahead of its reader", () => {
  it("has each of its calls booked under its own id with its own usage", async () => {
    const loop = slices.startLoop({ executor: twoCalls, database: slow(slices.database) });
    const ids = await Promise.all(Array.from({ length: 10 }, () => slices.start(alice, "two calls")));
    for (const runId of ids) {
      const line = await readInto(createRunLine(), slices.watch(alice, runId));
      expect(line.text).toBe("call 1 call 2 ");
      expect(await ledgerOf(runId)).toEqual([
        ["1.1", 10, false],
        ["1.2", 20, false],
      ]);
      expect(await slices.budget.reservedFor(reader(), runId)).toBe(0);
    }
    await loop.stop(0);
  });

  it("and waits for a call that is never booked is let go when the run is stopped", async () => {
    const executor = graphOf(async (request, say) => {
      await request.beforeModelCall(callOf(request, 1));
      say({ type: "text", text: "only this", outputTokens: 3 });
      await request.beforeModelCall(callOf(request, 2));
    });
    const loop = slices.startLoop({ executor });
    const runId = await slices.start(alice, "one call");
    const line = createRunLine();
    const reading = readInto(line, slices.watch(alice, runId));
    while (line.text === "") await sleep(2);
    await slices.database.transaction(alice.tenantId, (tx) =>
      tx.sql.execute(sql`UPDATE run_leases SET cancel_requested = true`),
    );
    slices.bus.publish("runs.cancelled");
    await reading;
    expect(line.state).toBe(RunState.CANCELLED);
    expect(await ledgerOf(runId)).toEqual([["1.1", 3, true]]);
    await loop.stop(0);
  });

  it("is not charged for a call that the budget refused", async () => {
    const executor = graphOf(async (request, say) => {
      await request.beforeModelCall({ ...callOf(request, 1), inputTokens: 1_000_000_000 });
      say({ type: "text", text: "never", outputTokens: 1 });
    });
    const loop = slices.startLoop({ executor });
    const runId = await slices.start(alice, "too much");
    const line = await readInto(createRunLine(), slices.watch(alice, runId));
    expect(line.state).toBe(RunState.CANCELLED);
    expect(await ledgerOf(runId)).toEqual([]);
    await loop.stop(0);
  });
});

describe("the snapshot that a run stores", () => {
  it("is exactly what its line says up to the snapshot's seq, at every moment, over attempts", async () => {
    const executor = graphOf(async (request, say) => {
      if (request.attempt > 1) await sleep(20);
      const call = callOf(request, 1);
      await request.beforeModelCall(call);
      for (let i = 0; i < 700; i++) {
        say({ type: "text", text: `ü${i} `, outputTokens: 1 });
        say({ type: "tool_call", toolCallId: `t${i}`, name: "closes the delta" });
        if (i % 50 === 0) await sleep(5);
        if (i === 400 && request.attempt === 1) await sleep(60_000);
      }
      say({ type: "call_ended", call, usage: usage(3) });
    });
    const options = { executor, leaseSeconds: 300, concurrency: 1 };
    const loop = slices.startLoop({ ...options, executorId: "dies" });
    const runId = await slices.start(alice, "talk");
    const snapshots = new Map<number, Snapshot>();
    const over = new AbortController();
    const watching = (async () => {
      while (!over.signal.aborted) {
        const snapshot = (await findProgress(reader(), runId))?.snapshot;
        if (snapshot) snapshots.set(Number(snapshot.seq), snapshot);
      }
    })();
    const line = createRunLine();
    const reading = readInto(line, slices.watch(alice, runId));
    while (!line.text.endsWith("ü400 ")) await sleep(5);
    const other = slices.startLoop({ ...options, executorId: "takes over" });
    await slices.database.systemTransaction((tx) =>
      tx.sql.execute(sql`UPDATE run_leases SET lease_until = '-infinity'`),
    );
    await reading;
    over.abort();
    await watching;
    expect(line.faults).toEqual([]);
    expect(line.state).toBe(RunState.COMPLETED);
    expect(snapshots.size).toBeGreaterThanOrEqual(4);
    const { entries = [] } = (await slices.log.read(runId, 0, 10_000)) ?? {};
    const frames = entries.map(({ data }) => fromBinary(RunFrameSchema, data));
    for (const [seq, snapshot] of snapshots) {
      const replayed = createRunLine();
      frames.slice(0, seq).forEach((frame) => replayed.take(frame));
      expect(textIn(snapshot)).toBe(replayed.text);
      expect(Number(snapshot.textLength)).toBe([...replayed.text].length);
    }
    await Promise.all([loop.stop(0), other.stop(0)]);
  });
});

const textIn = ({ parts }: Snapshot) =>
  parts.map(({ kind }) => (kind.case === "text" ? kind.value.text : "")).join("");
