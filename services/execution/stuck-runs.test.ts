import { setTimeout as sleep } from "node:timers/promises";
import { AnswerState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { CreateChatRequestSchema } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createChat } from "../chat/create-chat.ts";
import { listMessages } from "../chat/message-store.ts";
import { findChat } from "../chat/store.ts";
import { claimRuns } from "../inference/lease-store.ts";
import { createChatRuns, findRun } from "../inference/index.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import type { AgentExecutor } from "./agent-event.ts";
import { createAgentExecutor } from "./agent-executor.ts";
import { RunSession } from "./run-session.ts";
import { MAX_ATTEMPTS } from "./run-take-up.ts";

let slices: TestSlices;
let alice: Actor;
beforeAll(async () => {
  slices = await openTestSlices();
  alice = actorOf();
});
afterAll(() => slices.close());

const reader = () => slices.database.reader(alice.tenantId);

async function startInChat(text = "echo hello") {
  const deps = { ...slices, runs: createChatRuns(slices) };
  const { chat } = await createChat(deps, alice, create(CreateChatRequestSchema, {}));
  const chatId = chat?.chatId ?? "";
  return { chatId, runId: await slices.start(alice, text, { chatId }) };
}

/** An attempt whose process dies in its model call. */
async function die(): Promise<void> {
  const limits = { executorId: "dies", leaseSeconds: 300, limit: 1 };
  const [claim] = await slices.database.systemTransaction((tx) => claimRuns(tx, limits));
  if (!claim) throw new Error("nothing to claim");
  const deps = { ...slices.loopDeps, executorId: "dies" };
  const session = await RunSession.begin(deps, claim, new AbortController().signal, () =>
    expect.unreachable(),
  );
  const callId = `${claim.attempt}.1`;
  await session?.bookAbandoned([]);
  await session?.openCall({ callId, model: "offline/offline", inputTokens: 5, maxOutputTokens: 50 });
  await slices.database.systemTransaction((tx) =>
    tx.sql.execute(sql`UPDATE run_leases SET lease_until = '-infinity'`),
  );
}

const endOf = async (runId: string) => readInto(createRunLine(), slices.watch(alice, runId));

async function expectClosed(chatId: string, runId: string): Promise<void> {
  expect(await slices.budget.reservedFor(reader(), runId)).toBe(0);
  expect((await findChat(reader(), chatId))?.activeRunId).toBe("");
  const page = { after: undefined, limit: 10, newestFirst: true };
  const [answer] = await listMessages(reader(), chatId, page);
  expect(answer).toMatchObject({ runId, answerState: AnswerState.FAILED });
}

describe("a run that cannot go on", () => {
  it("ends with PRICE_UNKNOWN when the model of its abandoned call has lost its price", async () => {
    const { chatId, runId } = await startInChat();
    await die();
    const costOf = () => {
      throw new AppError("PRICE_UNKNOWN", "no price", { metadata: { model: "offline/offline" } });
    };
    const budget = {
      ...slices.budget,
      costOf,
      // As the budget does: it looks up the price before it changes anything.
      book: () => Promise.resolve().then(costOf),
    };
    const loop = slices.startLoop({ budget });
    expect((await endOf(runId)).state).toBe(RunState.FAILED);
    const run = await findRun(reader(), runId);
    expect(run?.end?.error).toMatchObject({ reason: ErrorReason.PRICE_UNKNOWN, message: "no price" });
    await expectClosed(chatId, runId);
    await loop.stop(0);
  });

  it(`ends after ${MAX_ATTEMPTS} attempts that killed their server, each charged, without another try`, async () => {
    const { chatId, runId } = await startInChat();
    for (let i = 0; i < MAX_ATTEMPTS; i++) await die();
    const executor: AgentExecutor = { execute: () => expect.unreachable("it is not tried again") };
    const loop = slices.startLoop({ executor });
    expect((await endOf(runId)).state).toBe(RunState.FAILED);
    const { end } = (await findRun(reader(), runId)) ?? {};
    expect(end?.error).toMatchObject({ reason: ErrorReason.INTERNAL });
    expect(end?.error?.message).toContain(`tried ${MAX_ATTEMPTS} times`);
    expect(Number(end?.usage?.inputTokens)).toBe(5 * MAX_ATTEMPTS);
    await expectClosed(chatId, runId);
    await loop.stop(0);
  });

  it("is tried once more where fewer died", async () => {
    const { runId } = await startInChat();
    for (let i = 1; i < MAX_ATTEMPTS; i++) await die();
    const loop = slices.startLoop();
    expect((await endOf(runId)).state).toBe(RunState.COMPLETED);
    await loop.stop(0);
  });
});

describe("a run that its executors give back in good order", () => {
  // Counting the attempts instead of the tries ends it as failed.
  it(`is gone on with, also after more than ${MAX_ATTEMPTS} of them`, async () => {
    const { runId } = await startInChat("count to 100");
    const slow = createAgentExecutor({ ...slices, providers: [], offlineTokensPerSecond: 1 });
    for (let i = 1; i <= MAX_ATTEMPTS + 1; i++) {
      const loop = slices.startLoop({ executor: slow, executorId: `stops ${i}` });
      while ((await findRun(reader(), runId))?.attempt !== i) await sleep(5);
      await loop.stop(0);
    }
    expect(await findRun(reader(), runId)).toMatchObject({ attempt: MAX_ATTEMPTS + 1, tries: 0 });
    const loop = slices.startLoop();
    expect((await endOf(runId)).state).toBe(RunState.COMPLETED);
    await loop.stop(0);
  });
});

describe("a run whose database does not answer for a moment", () => {
  const noDatabase = () => Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const contention = () => new AppError("CONTENTION", "others keep changing this");

  it.each([
    ["gone", noDatabase],
    ["crowded", contention],
  ])("is left to the next attempt: %s", async (_, errorOf) => {
    const { chatId, runId } = await startInChat();
    const loop = slices.startLoop({ database: failing(slices.database, errorOf), leaseSeconds: 1 });
    expect((await endOf(runId)).state).toBe(RunState.COMPLETED);
    expect((await findRun(reader(), runId))?.attempt).toBeGreaterThan(1);
    expect((await findChat(reader(), chatId))?.activeRunId).toBe("");
    await loop.stop(0);
  });
});

/** The second transaction of the tenant, which is the one that opens a model call, fails, and no other. */
function failing(database: Database, errorOf: () => Error): Database {
  let count = 0;
  return {
    ...database,
    transaction(tenantId, work) {
      count += 1;
      return count === 2 ? Promise.reject(errorOf()) : database.transaction(tenantId, work);
    },
  };
}
