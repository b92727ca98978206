import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import {
  MICROS_PER_OUTPUT_TOKEN,
  startBudgetWorld,
  startOf,
  type BudgetWorld,
} from "../../testing/budget-world.ts";

let world: BudgetWorld;
beforeAll(async () => {
  world = await startBudgetWorld();
});
afterAll(() => world.close());

// Seen to fail when the call is not booked in RunSession.closeCall: everything is given back, and nobody pays.
it("readers who leave in mid-answer are charged for all of it, and nothing stays held", async () => {
  const t = await world.tenant();
  const { user } = t;
  const options = { maxOutputTokens: 900 };
  const before = { ...world.model.bill };
  const runIds = await Promise.all(
    Array.from({ length: 5 }, async (_, i) => {
      const stream = user.inference.generate({ run: { ...startOf("paced"), options } });
      let seen = 0;
      for await (const { frame } of stream) {
        if (frame?.frame.case === "textDelta") seen += 1;
        if (seen > i) return frame?.runId ?? "";
      }
      return "";
    }),
  );
  for (const runId of runIds) {
    const stateOf = async () => (await user.inference.getRun({ runId })).run?.state;
    await vi.waitFor(async () => expect(await stateOf()).toBe(RunState.COMPLETED), { timeout: 25_000 });
  }
  const { entries, totalCostMicros } = await user.budgets.listUsage({});
  expect(new Set(entries.map(({ runId }) => runId))).toEqual(new Set(runIds));
  expect(entries.map(({ aborted }) => aborted)).toEqual(runIds.map(() => false));
  const input = world.model.bill.inputTokens - before.inputTokens;
  const output = world.model.bill.outputTokens - before.outputTokens;
  expect(Number(totalCostMicros)).toBe(input + output * MICROS_PER_OUTPUT_TOKEN);
  const used = Number(totalCostMicros);
  expect(await t.status()).toMatchObject([
    { used, reserved: 0 },
    { used, reserved: 0 },
  ]);
});
