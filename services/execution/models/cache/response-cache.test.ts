import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { v7 as uuidv7 } from "uuid";
import { forEachDatabase, type GivenDatabase } from "../../../testing/databases.ts";
import { startFakeProvider, type FakeProvider } from "../../../testing/fake-provider.ts";
import { collect, eventsOf, textOf } from "../../../testing/test-executor.ts";
import type { AgentExecutor, AgentRequest } from "../../agent-event.ts";
import { createModerator } from "../moderation/create-moderator.ts";
import { parseConfig } from "../../../platform/config/config.ts";
import { findAnswer, keepAnswer, sweepAnswers } from "./model-cache-store.ts";
import { createResponseCache } from "./response-cache.ts";

forEachDatabase(suite);

function suite(given: GivenDatabase): void {
  let fake: FakeProvider;
  let executor: AgentExecutor;
  let tenantId: string;
  let now: Date;
  const warnings: string[] = [];
  const cacheOn = (database = given().database) =>
    createResponseCache({ database, now: () => now, seconds: 60, warn: (message) => warnings.push(message) });

  beforeAll(async () => {
    fake = await startFakeProvider(given().database);
  });
  afterAll(() => fake.close());
  beforeEach(() => {
    fake.reset();
    tenantId = uuidv7();
    now = new Date("2026-11-20T10:00:00Z");
    executor = fake.executorWith({ cache: cacheOn() });
  });

  const ask = (fields: Partial<AgentRequest> = {}, by = executor) =>
    collect(by.execute(fake.requestWith({ tenantId, cache: true, ...fields })));
  const asked = () => fake.server.requests.length;
  const models = (events: Awaited<ReturnType<typeof ask>>["events"]) =>
    eventsOf(events, "call_started").map(({ call }) => call.model);

  it("gives the same answer to the same question, for nothing, and says so", async () => {
    fake.server.answerWith({ kind: "text", text: "Grüße 👋🏽, once." });
    const first = await ask();
    const second = await ask();
    expect(textOf(second.events)).toBe(textOf(first.events));
    expect(asked()).toBe(1);
    expect(models(first.events)).toEqual(["acme/fake-1"]);
    expect(models(second.events)).toEqual(["acme/fake-1#cached"]);
    const [ended] = eventsOf(second.events, "call_ended");
    expect(ended?.usage).toEqual({ inputTokens: 0, outputTokens: 0, reported: true });
  });

  it("is used by nobody who did not ask for it, and filled by nobody either", async () => {
    await ask({ cache: false });
    await ask();
    await ask({ cache: false });
    expect(asked()).toBe(3);
  });

  it.each<[string, Partial<AgentRequest>]>([
    ["another tenant", { tenantId: uuidv7() }],
    ["another limit", { maxOutputTokens: 199 }],
    ["another message", { conversation: [{ role: "user", text: "Say something else." }] }],
    ["another role", { conversation: [{ role: "system", text: "Say something." }] }],
    ["another agent", { agentId: "tools" }],
  ])("asks again for %s", async (_name, fields) => {
    await ask();
    await ask(fields);
    expect(asked()).toBe(2);
  });

  it("keeps no answer that calls tools, was cut at its limit or broke off", async () => {
    const call = { id: "c", name: "current_time", args: "{}" };
    fake.server.answerWith({ kind: "tools", calls: [call] }, { kind: "text", text: "It is late." });
    await ask({ agentId: "tools" });
    fake.server.answerWith({ kind: "text", text: "one two three four", ignoresLimit: false });
    await ask({ maxOutputTokens: 2 });
    fake.server.answerWith({ kind: "drop", after: "Half" });
    await ask({ conversation: [{ role: "user", text: "Drop" }] });
    const before = asked();
    await ask({ agentId: "tools" });
    await ask({ maxOutputTokens: 2 });
    await ask({ conversation: [{ role: "user", text: "Drop" }] });
    expect(asked()).toBe(before + 3);
  });

  it("forgets after its time, and the sweeper deletes", async () => {
    await ask();
    now = new Date(now.getTime() + 61_000);
    const sweep = () => given().database.systemTransaction((tx) => sweepAnswers(tx, now));
    await ask();
    expect(asked()).toBe(2);
    await sweep();
    // The second answer took the first one's place, and stays.
    await ask();
    expect(asked()).toBe(2);
    now = new Date(now.getTime() + 61_000);
    expect(await sweep()).toBeGreaterThanOrEqual(1);
    await ask();
    expect(asked()).toBe(3);
  });

  it("keeps so many answers of a tenant, the latest", async () => {
    const { database } = given();
    const key = (i: number) => Buffer.from([i]);
    for (let i = 0; i < 6; i += 1) {
      const at = new Date(now.getTime() + i);
      const kept = {
        key: key(i),
        model: "m",
        answer: `a${i}`,
        now: at,
        expireTime: new Date(at.getTime() + 1000),
      };
      await database.transaction(tenantId, (tx) => keepAnswer(tx, kept, 3));
    }
    const found = await Promise.all(
      [0, 2, 3, 5].map((i) => findAnswer(database.reader(tenantId), key(i), now)),
    );
    expect(found).toEqual([undefined, undefined, "a3", "a5"]);
    expect(await findAnswer(database.reader(uuidv7()), key(5), now)).toBeUndefined();
  });

  it("goes through the moderation again, which may have learnt", async () => {
    fake.server.answerWith({ kind: "text", text: "A word that is harmless today." });
    await ask();
    const moderator = createModerator(parseConfig({ MODERATION_DENY: "harmless" }));
    const { error } = await ask({}, fake.executorWith({ cache: cacheOn(), moderator }));
    expect(error).toMatchObject({ reason: "CONTENT_BLOCKED" });
  });

  it("that does not answer costs a call and fails no run", async () => {
    const broken = {
      ...given().database,
      reader: () => {
        throw new Error("away");
      },
    } as never;
    const cache = createResponseCache({
      database: broken,
      now: () => now,
      seconds: 60,
      warn: (m) => warnings.push(m),
    });
    const { error } = await ask({}, fake.executorWith({ cache }));
    expect(error).toBeUndefined();
    expect(warnings).toContain("the cache of answers does not answer");
  });
}
