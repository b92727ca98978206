import { setTimeout as sleep } from "node:timers/promises";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { CreateChatRequestSchema } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listLedgerRows } from "../budget/ledger-store.ts";
import { createChat } from "../chat/create-chat.ts";
import { listMessages } from "../chat/message-store.ts";
import { createChatRuns, findRun } from "../inference/index.ts";
import { claimRuns, enqueueRun } from "../inference/lease-store.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { StreamVersionConflict } from "../platform/event-store/event-store.ts";
import { EpochLost, FencedOut, type FrameLog } from "../platform/frame-log/frame-log.ts";
import { NOTHING_RESTORED } from "../testing/test-executor.ts";
import { createRunLine, readInto, textOf } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import type { AgentEvent, AgentExecutor } from "./agent-event.ts";
import { RunWriter } from "./run-writer.ts";

let slices: TestSlices;
let alice: Actor;
beforeAll(async () => {
  slices = await openTestSlices();
  alice = actorOf();
});
afterAll(() => slices.close());

const reader = () => slices.database.reader(alice.tenantId);
const ended = (runId: string) => readInto(createRunLine(), slices.watch(alice, runId));

async function chatOf(): Promise<string> {
  const deps = { ...slices, runs: createChatRuns(slices) };
  return (await createChat(deps, alice, create(CreateChatRequestSchema, {}))).chat?.chatId ?? "";
}

async function answersOf(chatId: string): Promise<string[]> {
  const messages = await listMessages(reader(), chatId, { after: undefined, limit: 100, newestFirst: false });
  return messages.slice(1).map(({ parts }) => textOf(parts));
}

/** Says a word, waits to be let on, says another; counts how often it was asked. */
function waitingExecutor() {
  const gates: PromiseWithResolvers<void>[] = [];
  const executor: AgentExecutor = {
    async *execute({ attempt, beforeModelCall, signal }): AsyncGenerator<AgentEvent> {
      const gate = Promise.withResolvers<void>();
      gates.push(gate);
      const call = { callId: `${attempt}.1`, model: "offline/offline", inputTokens: 5, maxOutputTokens: 50 };
      if (attempt > 1) yield NOTHING_RESTORED;
      await beforeModelCall(call);
      yield { type: "call_started", call };
      yield { type: "text", text: `one(${attempt}) `, outputTokens: 2 };
      const stopped = () => gate.reject(signal.reason);
      if (signal.aborted) stopped();
      signal.addEventListener("abort", stopped, { once: true });
      await gate.promise;
      yield { type: "text", text: "two", outputTokens: 4 };
      yield { type: "call_ended", call, usage: { inputTokens: 5, outputTokens: 4, reported: true } };
    },
  };
  return { executor, gates };
}

/** As if the lease had ended and another executor had come. */
async function endLeases(database: Database): Promise<void> {
  await database.systemTransaction((tx) =>
    tx.sql.execute(sql`UPDATE run_leases SET lease_until = '-infinity'`),
  );
}

const until = async (condition: () => boolean) => {
  while (!condition()) await sleep(2);
};

describe("an executor whose lease was taken over", () => {
  // Seen to fail when neither the fence of the log nor the lease is looked at: its words are in the answer.
  it("writes nothing more: neither frames, nor an answer, nor a booking", async () => {
    const first = waitingExecutor();
    const second = waitingExecutor();
    // It does not notice by itself: its next renewal is far away.
    const slow = slices.startLoop({
      executor: first.executor,
      executorId: "slow",
      leaseSeconds: 300,
      concurrency: 1,
    });
    const chatId = await chatOf();
    const runId = await slices.start(alice, "anything", { chatId });
    const line = createRunLine();
    const reading = readInto(line, slices.watch(alice, runId));
    await until(() => line.text === "one(1) ");

    const taking = slices.startLoop({ executor: second.executor, executorId: "taking" });
    await endLeases(slices.database);
    await until(() => line.text === "one(2) ");
    first.gates[0]?.resolve();
    await sleep(50);
    second.gates[0]?.resolve();
    await reading;
    expect(line.faults).toEqual([]);
    expect(line.text).toBe("one(2) two");
    expect(await answersOf(chatId)).toEqual(["one(2) two"]);
    expect(await findRun(reader(), runId)).toMatchObject({ state: RunState.COMPLETED, attempt: 2 });
    expect(await ledgerOf(runId)).toEqual([
      // Charged by what was stored of it last: its beginning.
      ["1.1", true, 0],
      ["2.1", false, 4],
    ]);
    await Promise.all([slow.stop(0), taking.stop(0)]);
  });

  it("is stopped by its own next claim of the run", async () => {
    const { executor, gates } = waitingExecutor();
    const loop = slices.startLoop({ executor, executorId: "both", leaseSeconds: 300 });
    const runId = await slices.start(alice, "anything");
    const line = createRunLine();
    const reading = readInto(line, slices.watch(alice, runId));
    await until(() => line.text === "one(1) ");
    await endLeases(slices.database);
    await until(() => line.text === "one(2) ");
    gates[1]?.resolve();
    await reading;
    expect(line.faults).toEqual([]);
    expect(line.text).toBe("one(2) two");
    await loop.stop(0);
  });
});

async function ledgerOf(runId: string) {
  const rows = await listLedgerRows(reader(), { runId }, { after: undefined, limit: 10 });
  return rows.toReversed().map(({ callId, aborted, outputTokens }) => [callId, aborted, outputTokens]);
}

describe("two writers of one line", () => {
  // Seen to fail when a log takes appends of a lower fence.
  it("never mix: from the moment the later one opens it, the earlier one is refused", async () => {
    const runId = await slices.start(alice, "never claimed");
    const refused: unknown[] = [];
    const open = (attempt: number) =>
      RunWriter.open({ log: slices.log, runId, attempt, onRefused: (error) => refused.push(error) });
    const earlier = await open(1);
    earlier.text(0, "said");
    await earlier.flush();
    const later = await open(2);
    earlier.text(4, "too late");
    await earlier.flush();
    expect(refused).toMatchObject([expect.any(FencedOut)]);
    later.text(0, "mine");
    await later.flush();
    expect((await slices.log.read(runId, 0, 10))?.entries).toHaveLength(2);
    await expect(open(1)).rejects.toBeInstanceOf(FencedOut);
    await slices.database.transaction(alice.tenantId, (tx) => tx.sql.execute(sql`DELETE FROM run_leases`));
  });
});

describe("a run loop", () => {
  it("claims the oldest first, and no more than it may", async () => {
    const runIds = ["a", "b", "c", "d"];
    const ids: string[] = [];
    for (const [i] of runIds.entries()) {
      slices.clock.ahead = i * 1000;
      ids.push(await slices.start(alice, "echo x"));
    }
    slices.clock.ahead = 0;
    const claim = (limit: number) =>
      slices.database.systemTransaction((tx) => claimRuns(tx, { executorId: "x", leaseSeconds: 60, limit }));
    expect((await claim(1)).map(({ runId }) => runId)).toEqual([ids[0]]);
    expect(new Set((await claim(2)).map(({ runId }) => runId))).toEqual(new Set(ids.slice(1, 3)));
    await endLeases(slices.database);
    const loop = slices.startLoop({ concurrency: 1 });
    await Promise.all(ids.map(ended));
    await loop.stop(0);
  });

  it("shares 100 runs with another, each executed once", async () => {
    const loops = ["left", "right"].map((executorId) => slices.startLoop({ executorId, concurrency: 8 }));
    const ids = await Promise.all(
      Array.from({ length: 100 }, (_, i) => slices.start(alice, `echo number ${i}`)),
    );
    const lines = await Promise.all(ids.map(ended));
    for (const [i, line] of lines.entries()) {
      expect(line.faults).toEqual([]);
      expect(line.text).toBe(`number ${i}`);
      expect(line.frames.every(({ attempt }) => attempt === 1)).toBe(true);
    }
    await Promise.all(loops.map((loop) => loop.stop(1000)));
  });

  // Without RunWriter's new line, the run is given back, and its model is asked again.
  it("goes on with a run whose frame log was lost: all is said again on a new line", async () => {
    const { executor, gates } = waitingExecutor();
    const loop = slices.startLoop({ executor, executorId: "lucky", leaseSeconds: 300, log: forgetful(2) });
    const runId = await slices.start(alice, "anything");
    await until(() => gates.length === 1);
    await sleep(50);
    gates[0]?.resolve();
    const line = await ended(runId);
    expect(line).toMatchObject({ state: RunState.COMPLETED, text: "one(1) two", faults: [] });
    expect(await findRun(reader(), runId)).toMatchObject({ attempt: 1 });
    await loop.stop(0);
  });

  it("gives a run back at once when its frame log is lost again and again, and another attempt ends it", async () => {
    const { executor, gates } = waitingExecutor();
    const loop = slices.startLoop({ executor, executorId: "unlucky", leaseSeconds: 300, log: forgetful(4) });
    const runId = await slices.start(alice, "anything");
    await until(() => gates.length === 2);
    gates[1]?.resolve();
    const line = await ended(runId);
    expect(line.state).toBe(RunState.COMPLETED);
    expect(line.text).toBe("one(2) two");
    expect(await findRun(reader(), runId)).toMatchObject({ attempt: 2 });
    await loop.stop(0);
  });

  it("leaves nothing to do for a run that has ended, though it is in the queue again", async () => {
    const loop = slices.startLoop();
    const runId = await slices.start(alice, "echo once");
    await ended(runId);
    await slices.database.transaction(alice.tenantId, (tx) => enqueueRun(tx, runId, 1, new Date()));
    slices.workQueue.offer({ tenantId: alice.tenantId, workId: runId });
    await sleep(50);
    expect(await findRun(reader(), runId)).toMatchObject({ state: RunState.COMPLETED, attempt: 1 });
    await loop.stop(0);
    await slices.database.transaction(alice.tenantId, (tx) => tx.sql.execute(sql`DELETE FROM run_leases`));
  });

  it("stores an answer although somebody else writes to the chat at that moment", async () => {
    const loop = slices.startLoop({ database: conflicting(slices.database), executorId: "crowded" });
    const chatId = await chatOf();
    const runId = await slices.start(alice, "echo in a crowd", { chatId });
    expect((await ended(runId)).state).toBe(RunState.COMPLETED);
    expect(await answersOf(chatId)).toEqual(["in a crowd"]);
    await loop.stop(0);
  });
});

/** Loses its first line as soon as something is written to it. */
function forgetful(losses: number): FrameLog {
  const { log } = slices;
  let lost = 0;
  return {
    open: (key, fence) => log.open(key, fence),
    read: (key, after, limit) => log.read(key, after, limit),
    subscribe: (key, listener) => log.subscribe(key, listener),
    append(key, frames) {
      if (lost++ >= losses) return log.append(key, frames);
      return Promise.reject(new EpochLost(key));
    },
  };
}

/** Every third transaction of a tenant is beaten by another writer at its very end. */
function conflicting(database: Database): Database {
  let count = 0;
  return {
    ...database,
    transaction: (tenantId, work) =>
      database.transaction(tenantId, async (tx) => {
        const result = await work(tx);
        count += 1;
        if (count % 3 === 0) throw new StreamVersionConflict(["chat"]);
        return result;
      }),
  };
}
