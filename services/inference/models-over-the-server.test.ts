import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { BreakerState } from "@ameide/proto/ameide/inference/v1/provider_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startFakeOpenAiServer, type FakeOpenAiServer } from "../testing/fake-openai-server.ts";
import { configOf } from "../testing/fake-provider.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

const PRICE = { input: 1_000_000, output: 1_000_000 };

let one: FakeOpenAiServer;
let two: FakeOpenAiServer;
let server: TestServer;
let alice: Caller;
beforeAll(async () => {
  [one, two] = await Promise.all([startFakeOpenAiServer(), startFakeOpenAiServer()]);
  const providers = [
    configOf(one.baseUrl, "one", { price: PRICE, mask_pii: true }),
    configOf(two.baseUrl, "two", { price: PRICE }),
  ];
  server = await startTestServer({
    MODEL_PROVIDERS: JSON.stringify(providers),
    MODERATION_DENY: "forbidden",
  });
});
afterAll(async () => {
  await server.stop();
  await Promise.all([one.close(), two.close()]);
});
beforeEach(async () => {
  one.forget();
  two.forget();
  alice = await server.as();
});

async function ask(text: string, options: { cache?: boolean } = {}) {
  const messages = [{ parts: [{ kind: { case: "text" as const, value: { text } } }] }];
  const run = { requestId: uuidv7(), messages, options: { maxOutputTokens: 50, ...options } };
  return readInto(createRunLine(), alice.inference.generate({ run }));
}

const booked = async () => {
  const { entries } = await alice.budgets.listUsage({});
  return entries.map(({ model, costMicros }) => ({ model, costMicros: Number(costMicros) }));
};

describe("models over the real server", () => {
  it("a run that asks for it is given a kept answer, and the ledger says so", async () => {
    one.answerWith({ kind: "text", text: "Once and for all." });
    await ask("hello", { cache: true });
    const again = await ask("hello", { cache: true });
    expect(again.text).toBe("Once and for all.");
    expect(one.requests).toHaveLength(1);
    expect((await booked())[0]).toEqual({ model: "one/fake-1#cached", costMicros: 0 });
  });

  it("personal data does not reach a provider that may not see it", async () => {
    one.answerWith({ kind: "text", text: "I wrote to [EMAIL_1]." });
    const line = await ask("Write to jane@x.example");
    expect(line.text).toBe("I wrote to jane@x.example.");
    expect(JSON.stringify(one.requests)).not.toContain("jane");
  });

  it("what is denied fails the run, and costs nothing", async () => {
    const line = await ask("something forbidden");
    expect(line.state).toBe(RunState.FAILED);
    expect(line.frames.at(-2)?.frame).toMatchObject({
      case: "error",
      value: { reason: ErrorReason.CONTENT_BLOCKED, metadata: { where: "input", categories: "deny-list" } },
    });
    expect(await booked()).toEqual([]);
  });

  it("a model that fails is followed by the next, and its breaker can be seen to open", async () => {
    const { otherwise } = one;
    one.otherwise = { kind: "status", status: 500 };
    two.otherwise = { kind: "text", text: "I am two." };
    for (let runs = 0; runs < 2; runs += 1) expect((await ask("hello")).text).toBe("I am two.");
    one.otherwise = otherwise;
    const costs = (await booked()).map(({ model, costMicros }) => [model, costMicros > 0]);
    expect(costs.slice(0, 2)).toEqual([
      ["two/fake-1", true],
      ["one/fake-1", false],
    ]);
    await vi.waitFor(
      async () => {
        const { providers } = await alice.providers.listProviders({});
        const [first, second] = providers.map(({ models }) => models[0]);
        expect(first).toMatchObject({ breaker: BreakerState.OPEN, lastFailure: { what: "failed (500)" } });
        expect(second).toMatchObject({ breaker: BreakerState.CLOSED, successPercent: 100 });
      },
      { timeout: 20_000, interval: 500 },
    );
  }, 40_000);
});
