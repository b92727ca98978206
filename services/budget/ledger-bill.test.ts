import { setTimeout as sleep } from "node:timers/promises";
import { CancelRunRequestSchema } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startRunLoop } from "../execution/run-loop.ts";
import { cancelRun } from "../inference/cancel-run.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { crashingAt, crashMoments } from "../testing/crashing-database.ts";
import { forEachDatabase } from "../testing/databases.ts";
import { startFakeOpenAiServer, type FakeOpenAiServer } from "../testing/fake-openai-server.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { listLedgerRows, type LedgerRow } from "./ledger-store.ts";

const PRICE = { input: 1_300_000, output: 2_700_000 };
/** Long enough for several slices. */
const LONG = Array.from({ length: 600 }, (_, i) => `word${i} `).join("");

forEachDatabase((given) => {
  let model: FakeOpenAiServer;
  let slices: TestSlices;
  let alice: Actor;
  beforeAll(async () => {
    model = await startFakeOpenAiServer();
    const models = [{ name: "fake", price: PRICE, max_output_tokens: 4096 }];
    const provider = { id: "fake", kind: "openai" as const, base_url: model.baseUrl, api_key: "k", models };
    slices = await openTestSlices({ database: given().database, providers: [provider] });
  });
  beforeEach(() => {
    model.forget();
    alice = actorOf();
  });
  afterAll(async () => {
    await slices.close();
    await model.close();
  });

  const reader = () => slices.database.reader(alice.tenantId);
  const ledger = () => listLedgerRows(reader(), {}, { after: undefined, limit: 1000, oldestFirst: true });
  const costOf = (tokens: { inputTokens: number; outputTokens: number }) =>
    Math.ceil((tokens.inputTokens * PRICE.input + tokens.outputTokens * PRICE.output) / 1e6);
  const sum = (rows: readonly LedgerRow[], of: "inputTokens" | "outputTokens" | "costMicros") =>
    rows.reduce((all, row) => all + row[of], 0);

  /** Every budget has used what the ledger says, nothing is held, and no run is left. */
  async function expectSettled(rows: readonly LedgerRow[]): Promise<void> {
    const periods = (await reader().sql.execute(sql`
      SELECT used, reserved, (SELECT count(*) FROM budget_holds), (SELECT count(*) FROM budget_runs)
      FROM budget_periods`)) as unknown as unknown[][];
    const booked = sum(rows, "costMicros");
    expect(periods.map((period) => period.map(Number))).toEqual([
      [booked, 0, 0, 0],
      [booked, 0, 0, 0],
    ]);
  }

  describe("the ledger", () => {
    let stop: (() => Promise<void>) | undefined;
    afterEach(() => stop?.());
    const loop = (deps: Parameters<TestSlices["startLoop"]>[0] = {}) => {
      const running = slices.startLoop(deps);
      stop = () => running.stop(0);
      return running;
    };

    it("of calls that came to their end is the provider's bill to the micro-unit, run by run", async () => {
      model.otherwise = ({ body }) => ({ kind: "text", text: `${body.messages.at(-1)?.content} `.repeat(9) });
      loop();
      const options = { maxOutputTokens: 2000 };
      const ids = await Promise.all(
        Array.from({ length: 20 }, (_, i) => slices.start(alice, `text ${"x".repeat(i)}`, { options })),
      );
      for (const runId of ids) {
        const line = await readInto(createRunLine(), slices.watch(alice, runId));
        expect(line.state).toBe(RunState.COMPLETED);
      }
      const rows = await ledger();
      expect(rows).toHaveLength(20);
      expect(sum(rows, "inputTokens")).toBe(model.bill.inputTokens);
      expect(sum(rows, "outputTokens")).toBe(model.bill.outputTokens);
      for (const row of rows) expect(row).toMatchObject({ costMicros: costOf(row), aborted: false });
      await expectSettled(rows);
    });

    it("of calls cut at any frame has what was said, never more than the provider sent", async () => {
      model.otherwise = { kind: "text", text: LONG, millisecondsPerPiece: 1 };
      loop();
      const options = { maxOutputTokens: 4000 };
      const cut = Array.from({ length: 24 }, async (_, i) => {
        const runId = await slices.start(alice, "long", { options });
        const line = createRunLine();
        await readInto(line, slices.watch(alice, runId), () => {
          if (line.frames.length === i)
            void cancelRun(slices, alice, create(CancelRunRequestSchema, { runId }));
          return true;
        });
        return line;
      });
      const lines = await Promise.all(cut);
      expect(lines.flatMap(({ faults }) => faults)).toEqual([]);
      const rows = await ledger();
      expect(rows.length).toBeLessThanOrEqual(24);
      expect(sum(rows, "outputTokens")).toBeLessThanOrEqual(model.bill.outputTokens);
      for (const row of rows) expect(row.costMicros).toBe(costOf(row));
      await expectSettled(rows);
    });

    // Seen to fail when `release` frees nothing (run-budget.ts), when a take-over books no abandoned call, and when it
    // does not know how those ended that the checkpoint holds (`ended` in agent-executor.ts).
    it.each(crashMoments(8))(
      "has each call once when the executor dies at its %s. transaction, %s it took effect",
      async (n, moment) => {
        model.otherwise = { kind: "text", text: LONG };
        const crashing = crashingAt(given().database, n, moment);
        const options = { maxOutputTokens: 4000 };
        // Its stop would wait for ever.
        startRunLoop({ ...slices.loopDeps, executorId: "dies", database: crashing.database, concurrency: 1 });
        const runId = await slices.start(alice, "long", { options });
        const watched = slices.watch(alice, runId, { deps: { heartbeatMilliseconds: 300 } });
        const over = readInto(createRunLine(), watched);
        await Promise.race([crashing.crashed, over]);
        await sleep(20);
        await slices.database.systemTransaction((tx) =>
          tx.sql.execute(sql`UPDATE run_leases SET lease_until = '-infinity'`),
        );
        loop({ executorId: "takes over" });
        const line = await over;
        expect(line.state).toBe(RunState.COMPLETED);
        const rows = await ledger();
        expect(new Set(rows.map(({ callId }) => callId)).size).toBe(rows.length);
        expect(new Set(rows.map(({ usageEntryId }) => usageEntryId)).size).toBe(rows.length);
        expect(rows.length).toBeGreaterThanOrEqual(1);
        // One whose executor died between its end and its booking is booked as it ended.
        const owed = model.requests.length === 1 ? model.bill.outputTokens : 0;
        expect(sum(rows, "outputTokens")).toBeGreaterThanOrEqual(owed);
        expect(rows.filter(({ aborted }) => !aborted).length).toBeLessThanOrEqual(1);
        expect(rows.length).toBeLessThanOrEqual(model.requests.length + 1);
        expect(sum(rows, "outputTokens")).toBeLessThanOrEqual(model.bill.outputTokens);
        await expectSettled(rows);
      },
    );
  });
});
