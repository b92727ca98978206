import { setTimeout as sleep } from "node:timers/promises";
import * as Chat from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { BudgetUnit, BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { CancelRunRequestSchema } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, it } from "vitest";
import { newBudget } from "../budget/budget.ts";
import { TENANT } from "../budget/budget-key.ts";
import { saveBudget } from "../budget/store.ts";
import { createChat } from "../chat/create-chat.ts";
import { listMessages } from "../chat/message-store.ts";
import { sendMessage } from "../chat/send-message.ts";
import { updateChatTitle } from "../chat/update-chat-title.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { forEachDatabase } from "../testing/databases.ts";
import { createRunLine, readInto, textOf } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { cancelRun } from "./cancel-run.ts";
import { createChatRuns } from "./chat-runs.ts";

/** Takes a refusal for this reason as an answer; anything else is a failure. */
const onlyFor = (reason: string) => (error: unknown) => {
  if (error instanceof AppError && error.reason === reason) return "";
  throw error;
};

/** What many do at the same moment, on a database that serves them one after the other and on one that does not. */
forEachDatabase((given) => {
  let slices: TestSlices;
  beforeAll(async () => {
    slices = await openTestSlices({ database: given().database });
    for (const executorId of ["left", "right"]) slices.startLoop({ executorId, concurrency: 8 });
  });
  afterAll(() => slices.close());

  const chatDeps = () => ({ ...slices, runs: createChatRuns(slices) });
  const ended = (actor: Actor, runId: string) => readInto(createRunLine(), slices.watch(actor, runId));

  async function sums(actor: Actor) {
    const rows = await slices.database.reader(actor.tenantId).sql.execute(sql`
      SELECT used, reserved, (SELECT coalesce(sum(cost_micros), 0) FROM usage_ledger),
        (SELECT count(*) FROM budget_holds), (SELECT count(*) FROM run_leases)
      FROM budget_periods`);
    return (rows as unknown as unknown[][]).map((row) => row.map(Number));
  }

  /** Nothing is held, and both windows say what the ledger says. */
  async function expectSettled(actor: Actor): Promise<void> {
    const periods = await sums(actor);
    const booked = periods[0]?.[2] ?? 0;
    expect(periods).toEqual([
      [booked, 0, booked, 0, 0],
      [booked, 0, booked, 0, 0],
    ]);
  }

  // Seen to fail when a slice is judged without what others hold (`p.reserved` in hold-store.ts).
  it("200 runs on a budget for 10 never take more than there is", async () => {
    const alice = actorOf();
    const limitMicros = 2_000;
    const key = { ...TENANT, window: BudgetWindow.DAY as const, unit: BudgetUnit.MICROS };
    const budget = { ...newBudget(key, limitMicros), deleted: false, version: 1 };
    await slices.database.transaction(alice.tenantId, (tx) => saveBudget(tx, budget, new Date()));
    let most = 0;
    const over = new AbortController();
    const watching = (async () => {
      while (!over.signal.aborted) {
        for (const [used = 0, reserved = 0] of await sums(alice)) most = Math.max(most, used + reserved);
        await sleep(5);
      }
    })();
    const options = { maxOutputTokens: 75 };
    const asked = await Promise.all(
      Array.from({ length: 200 }, () =>
        slices.start(alice, "count to 20", { options }).catch(onlyFor("BUDGET_EXCEEDED")),
      ),
    );
    const admitted = asked.filter((runId) => runId !== "");
    await Promise.all(admitted.map((runId) => ended(alice, runId)));
    over.abort();
    await watching;
    expect(admitted.length).toBeGreaterThanOrEqual(5);
    expect(admitted.length).toBeLessThan(200);
    expect(most).toBeLessThanOrEqual(limitMicros);
    await expectSettled(alice);
  });

  // Seen to fail when `release` keeps what is held (`free` in run-budget.ts).
  it("60 runs, cancelled at any moment, end once each and give back what they held", async () => {
    const alice = actorOf();
    const cancelled = Array.from({ length: 60 }, async (_, i) => {
      const runId = await slices.start(alice, `count to ${50 * i + 1}`, {
        options: { maxOutputTokens: 300 },
      });
      const over = ended(alice, runId);
      await sleep(Math.random() * 30);
      await cancelRun(slices, alice, create(CancelRunRequestSchema, { runId }));
      return over;
    });
    for (const line of await Promise.all(cancelled)) {
      expect(line.faults).toEqual([]);
      expect([RunState.CANCELLED, RunState.COMPLETED]).toContain(line.state);
    }
    await expectSettled(alice);
    expect(slices.warnings).toEqual([]);
  });

  it("an answer is stored once, although the chat is renamed all the time", async () => {
    const alice = actorOf();
    const talks = Array.from({ length: 10 }, async (_, i) => {
      const { chat } = await createChat(chatDeps(), alice, create(Chat.CreateChatRequestSchema, {}));
      const chatId = chat?.chatId ?? "";
      const message = { parts: [{ kind: { case: "text" as const, value: { text: `echo ${i}` } } }] };
      const request = create(Chat.SendMessageRequestSchema, { chatId, message, requestId: uuidv7() });
      const { runId } = await sendMessage(chatDeps(), alice, request);
      const over = ended(alice, runId);
      const renaming = Array.from({ length: 10 }, (__, n) =>
        updateChatTitle(
          slices,
          alice,
          create(Chat.UpdateChatTitleRequestSchema, { chatId, title: `title ${n}` }),
        ),
      );
      await Promise.all(renaming.map((work) => work.catch(onlyFor("CONTENTION"))));
      expect((await over).state).toBe(RunState.COMPLETED);
      const reader = slices.database.reader(alice.tenantId);
      const messages = await listMessages(reader, chatId, {
        after: undefined,
        limit: 10,
        newestFirst: false,
      });
      expect(messages.map(({ parts }) => textOf(parts))).toEqual([`echo ${i}`, String(i)]);
    });
    await Promise.all(talks);
    expect(slices.warnings).toEqual([]);
  });
});
