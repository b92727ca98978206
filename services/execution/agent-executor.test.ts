import { setTimeout as sleep } from "node:timers/promises";
import { FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAgentRegistry, createModelCatalog } from "../inference/index.ts";
import type { Database } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { countTokens } from "../platform/tokenizer/count-tokens.ts";
import type { AgentEvent, ModelCall } from "./agent-event.ts";
import {
  collect,
  createTestExecutor,
  eventsOf,
  openTestDatabase,
  requestFor,
  textOf,
} from "../testing/test-executor.ts";

let database: Database;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.close());

describe("an execution", () => {
  it("tells a model call from its start to its usage", async () => {
    const { events, error } = await collect(
      createTestExecutor(database).execute(requestFor("echo hello world")),
    );
    const { prompt } = await createAgentRegistry(createModelCatalog([])).getVersion(
      database.reader(uuidv7()),
      "simple-chat",
      "1",
    );
    const inputTokens = countTokens(prompt) + countTokens("echo hello world");
    const call: ModelCall = { callId: "1.1", model: "offline/offline", inputTokens, maxOutputTokens: 1024 };
    expect(error).toBeUndefined();
    expect(events).toEqual([
      { type: "call_started", call, switched: false, replaces: false },
      { type: "text", text: "hello", outputTokens: 1 },
      { type: "text", text: " world", outputTokens: 2 },
      {
        type: "call_ended",
        call,
        usage: { inputTokens, outputTokens: 2, reported: true },
        finishReason: FinishReason.STOP,
      },
    ]);
  });

  it("calls a tool between two model calls and answers from its result", async () => {
    const request = requestFor("look up Order", { agentId: "tools" });
    const { events, error } = await collect(createTestExecutor(database).execute(request));
    expect(error).toBeUndefined();
    expect(
      events.filter(({ type }) => type !== "text" && type !== "tool_args").map(({ type }) => type),
    ).toEqual(["call_started", "tool_call", "call_ended", "tool_result", "call_started", "call_ended"]);
    const [result] = eventsOf(events, "tool_result");
    expect(JSON.parse(result?.result ?? "")).toMatchObject({ artifacts: [{ artifact_id: "a-1" }] });
    expect(textOf(events)).toContain("Order handling");
    expect(eventsOf(events, "call_started").map(({ call }) => call.callId)).toEqual(["1.1", "1.2"]);
  });

  it("asks for leave before each model call and waits for it", async () => {
    const order: string[] = [];
    const request = requestFor("what time is it", {
      agentId: "tools",
      async beforeModelCall({ callId }) {
        await sleep(20);
        order.push(callId);
      },
    });
    for await (const event of createTestExecutor(database).execute(request)) order.push(event.type);
    expect(order.filter((entry) => entry !== "text").slice(0, 2)).toEqual(["1.1", "call_started"]);
    expect(order.indexOf("1.2")).toBe(order.indexOf("tool_result") + 1);
  });

  it("ends with the very error that refused a model call, after what came before", async () => {
    const refusal = new AppError("BUDGET_EXCEEDED", "no budget left");
    const request = requestFor("what time is it", {
      agentId: "tools",
      async beforeModelCall({ callId }) {
        if (callId === "1.2") throw refusal;
      },
    });
    const { events, error } = await collect(createTestExecutor(database).execute(request));
    expect(error).toBe(refusal);
    expect(events.at(-1)?.type).toBe("tool_result");
  });

  it("of an unknown agent fails with AGENT_NOT_FOUND, of an unknown model with PROVIDERS_EXHAUSTED", async () => {
    const executor = createTestExecutor(database);
    const noAgent = await collect(executor.execute(requestFor("hi", { agentId: "nobody" })));
    expect(noAgent.error).toMatchObject({ reason: "AGENT_NOT_FOUND" });
    const noModel = await collect(executor.execute(requestFor("hi", { model: "gone/gpt" })));
    expect(noModel.error).toMatchObject({
      reason: "PROVIDERS_EXHAUSTED",
      metadata: { provider_1: "gone/gpt is not configured" },
    });
  });

  it("instructions of the conversation join the system prompt, and empty messages are left out", async () => {
    const request = requestFor("summarise", {
      conversation: [
        { role: "user", text: "First things first. Then others." },
        { role: "system", text: "Be brief." },
        { role: "assistant", text: " " },
        { role: "user", text: "summarise" },
      ],
    });
    const { events } = await collect(createTestExecutor(database).execute(request));
    expect(textOf(events)).toBe("1 message so far:\n\n- **You**: First things first.");
  });
});

describe("aborting", () => {
  async function abortAfter(events: number, tokensPerSecond: number) {
    const stop = new AbortController();
    const reason = new Error("cancelled");
    const executor = createTestExecutor(database, { offlineTokensPerSecond: tokensPerSecond });
    const seen: AgentEvent[] = [];
    let abortedAt = 0;
    const iterate = async () => {
      for await (const event of executor.execute(requestFor("count to 100000", { signal: stop.signal }))) {
        seen.push(event);
        if (seen.length !== events) continue;
        abortedAt = performance.now();
        stop.abort(reason);
      }
    };
    await expect(iterate()).rejects.toBe(reason);
    return { seen, took: performance.now() - abortedAt };
  }

  it.each([
    ["while the model speaks", 0],
    ["while the model is silent", 1],
  ])(
    "%s ends the iteration by throwing the signal's reason, and no event comes after",
    async (_name, pace) => {
      const { seen, took } = await abortAfter(2, pace);
      expect(seen).toHaveLength(2);
      expect(took).toBeLessThan(200);
    },
  );

  it("before the start throws at once", async () => {
    const signal = AbortSignal.abort(new Error("too late"));
    const { events, error } = await collect(
      createTestExecutor(database).execute(requestFor("hi", { signal })),
    );
    expect({ events, error }).toEqual({ events: [], error: new Error("too late") });
  });

  it("while leave is asked ends without the model call", async () => {
    const stop = new AbortController();
    const reason = new Error("cancelled");
    const request = requestFor("hi", {
      signal: stop.signal,
      beforeModelCall: () => new Promise(() => undefined),
    });
    setTimeout(() => stop.abort(reason), 20);
    const { events, error } = await collect(createTestExecutor(database).execute(request));
    expect({ events, error }).toEqual({ events: [], error: reason });
  });

  it("a reader that leaves stops the graph", async () => {
    const executor = createTestExecutor(database, { offlineTokensPerSecond: 1 });
    const before = performance.now();
    for await (const event of executor.execute(requestFor("count to 1000"))) if (event.type === "text") break;
    expect(performance.now() - before).toBeLessThan(500);
  });
});

describe("a database that fails", () => {
  async function runOn(failing: Partial<Database>) {
    const executor = createTestExecutor({ ...database, ...failing }, { offlineTokensPerSecond: 200 });
    return collect(executor.execute(requestFor("count to 9", { agentId: "tools" })));
  }

  it.each([1, 2, 3, 4, 5])(
    "at the %s. store fails the run at its next step or its end, and nothing else",
    async (n) => {
      let stores = 0;
      const { events, error } = await runOn({
        async transaction(tenantId, work) {
          stores += 1;
          if (stores === n) throw new Error("connection lost");
          return database.transaction(tenantId, work);
        },
      });
      expect(error).toEqual(new Error("connection lost"));
      expect(textOf(events)).toBe("1 2 3 4 5 6 7 8 9");
      expect(stores).toBe(n);
    },
  );

  it("by not answering does not hold up who cancels", async () => {
    const stop = new AbortController();
    const hanging: Database = { ...database, transaction: () => new Promise(() => undefined) };
    const executor = createTestExecutor(hanging, { offlineTokensPerSecond: 5 });
    const request = requestFor("count to 9", { agentId: "tools", signal: stop.signal });
    setTimeout(() => stop.abort(new Error("cancelled")), 50);
    const before = performance.now();
    const { error } = await collect(executor.execute(request));
    expect(error).toEqual(new Error("cancelled"));
    expect(performance.now() - before).toBeLessThan(3_000);
  });
});
