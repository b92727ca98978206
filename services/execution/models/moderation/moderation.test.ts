import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { parseConfig } from "../../../platform/config/config.ts";
import { startFakeModerations, type FakeModerations } from "../../../testing/fake-moderations.ts";
import { startFakeProvider, type FakeProvider } from "../../../testing/fake-provider.ts";
import { collect, eventsOf, textOf } from "../../../testing/test-executor.ts";
import type { AgentExecutor, ConversationMessage } from "../../agent-event.ts";
import { createModerator } from "./create-moderator.ts";

let fake: FakeProvider;
let judge: FakeModerations;
beforeAll(async () => {
  [fake, judge] = await Promise.all([startFakeProvider(), startFakeModerations()]);
});
afterAll(async () => {
  await fake.close();
  await judge.close();
});
beforeEach(() => {
  fake.reset();
  Object.assign(judge, { requests: [], flagged: ["forbidden"], failures: [] });
});

function executorWith(env: Readonly<Record<string, string>> = {}): AgentExecutor {
  const config = parseConfig({ MODERATION_URL: judge.url, MODERATION_API_KEY: "mod-key", ...env });
  return fake.executorWith({ moderator: createModerator(config) });
}

const user = (text: string): ConversationMessage => ({ role: "user", text });
const ask = (conversation: readonly ConversationMessage[] = [user("Hello")], by = executorWith()) =>
  collect(by.execute(fake.requestWith({ conversation })));

describe("moderation of what goes in", () => {
  it("ends a run whose message is blocked before any call, and says which category", async () => {
    const { events, error } = await ask([user("something forbidden")]);
    expect(error).toMatchObject({
      reason: "CONTENT_BLOCKED",
      metadata: { where: "input", categories: "violence" },
    });
    expect(String(error)).not.toContain("forbidden");
    expect(events).toEqual([]);
    expect(fake.server.requests).toEqual([]);
  });

  it("leaves out an earlier message that was blocked, so that the chat goes on", async () => {
    const { error } = await ask([user("something forbidden"), user("Hello again")]);
    expect(error).toBeUndefined();
    const sent = JSON.stringify(fake.server.requests);
    expect(sent).toContain("Hello again");
    expect(sent).not.toContain("forbidden");
  });

  it("asks for all messages at once, with the key, and for each only once", async () => {
    const executor = executorWith();
    const first = [user("One"), user("Two")];
    await ask(first, executor);
    await ask([...first, user("Three")], executor);
    const inputs = judge.requests.map(({ input }) => input);
    expect(inputs.filter((texts) => texts.some((text) => /^(One|Two|Three)$/.test(text)))).toEqual([
      ["One", "Two"],
      ["Three"],
    ]);
    expect(judge.requests[0]?.authorization).toBe("Bearer mod-key");
  });
});

describe("moderation of what comes out", () => {
  const harmless = "All of this is harmless and may stay where it is. ".repeat(14);

  it("lets an answer pass, every word of which was judged", async () => {
    fake.server.answerWith({ kind: "text", text: harmless });
    const { events, error } = await ask();
    expect(error).toBeUndefined();
    expect(textOf(events)).toBe(harmless);
    const judged = judge.requests.slice(1).flatMap(({ input }) => input);
    for (const word of ["harmless", "stay"]) expect(judged.join(" ")).toContain(word);
    expect(judged.length).toBeGreaterThan(1);
  });

  it("stops a call in mid-answer and takes back what no verdict covers", async () => {
    const text = `${harmless}Now comes something forbidden ${"and more of it ".repeat(2000)}`;
    fake.server.answerWith({ kind: "text", text, millisecondsPerPiece: 1, ignoresLimit: true });
    const { events, error } = await ask();
    expect(error).toMatchObject({ reason: "CONTENT_BLOCKED", metadata: { where: "output" } });
    const [blocked] = eventsOf(events, "call_blocked");
    expect(events.at(-1)).toBe(blocked);
    const kept = textOf(events).slice(0, blocked?.keep);
    expect(kept.length).toBeGreaterThan(200);
    expect(kept).not.toContain("forbidden");
    expect(textOf(events).length).toBeLessThan(text.length);
    expect(eventsOf(events, "call_ended")).toEqual([]);
  });

  it("judges the end of an answer before the answer counts, and books what the provider told", async () => {
    fake.server.answerWith({ kind: "text", text: "Short, and forbidden 😀." });
    const { events, error } = await ask();
    expect(error).toMatchObject({ reason: "CONTENT_BLOCKED" });
    const [blocked] = eventsOf(events, "call_blocked");
    expect(blocked).toMatchObject({ keep: 0, usage: { reported: true } });
  });

  it("finds what stands across two windows", async () => {
    judge.flagged = ["for-bid-den"];
    const chunk = (content: string) => `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;
    const body = chunk(`${"x".repeat(400)} for-`) + chunk(`bid-den ${"y".repeat(500)}`);
    fake.server.answerWith({ kind: "raw", body: `${body}data: [DONE]\n\n` });
    expect((await ask()).error).toMatchObject({ reason: "CONTENT_BLOCKED" });
  });

  it("looks at the arguments of tools", async () => {
    const call = { id: "c", name: "look_up_artifact", args: '{"query":"forbidden"}' };
    fake.server.answerWith({ kind: "tools", calls: [call] });
    const { error, events } = await collect(
      executorWith().execute(fake.requestWith({ agentId: "tools", conversation: [user("Hello")] })),
    );
    expect(error).toMatchObject({ reason: "CONTENT_BLOCKED" });
    expect(eventsOf(events, "tool_result")).toEqual([]);
  });
});

describe("a moderation that does not answer", () => {
  it.each([
    ["fails", [500, 500]],
    ["sends garbage", ["<html>", "{}"]],
  ] as const)("and %s blocks a run, which may be tried again", async (_name, failures) => {
    judge.failures = [...failures];
    const { error } = await ask();
    expect(error).toMatchObject({ reason: "UNAVAILABLE", retryAfterMilliseconds: 5_000 });
    expect(String(error)).not.toContain("sk-");
    expect(fake.server.requests).toEqual([]);
  });

  it("is asked twice", async () => {
    judge.failures = [503];
    expect((await ask()).error).toBeUndefined();
  });

  it("in mid-answer takes back what was not judged", async () => {
    const executor = executorWith();
    await ask([user("Hello")], executor);
    judge.failures = [500, 500];
    const { events, error } = await ask([user("Hello")], executor);
    expect(error).toMatchObject({ reason: "UNAVAILABLE" });
    expect(eventsOf(events, "call_blocked")).toMatchObject([{ keep: 0 }]);
  });

  it("lets everything pass where it is configured so", async () => {
    judge.failures = Array(9).fill(500);
    const { error } = await ask([user("forbidden")], executorWith({ MODERATION_ON_FAILURE: "allow" }));
    expect(error).toBeUndefined();
  });
});

describe("a list of patterns", () => {
  it("blocks without a service, whatever the case", async () => {
    const moderator = createModerator(parseConfig({ MODERATION_DENY: "project\\s+x\n\n\\bacme\\b" }));
    const executor = fake.executorWith({ moderator });
    expect((await ask([user("about Project  X")], executor)).error).toMatchObject({
      metadata: { categories: "deny-list" },
    });
    expect((await ask([user("about project y")], executor)).error).toBeUndefined();
  });

  it("that cannot be compiled stops the start", () => {
    expect(() => parseConfig({ MODERATION_DENY: "a(" })).toThrow(
      /MODERATION_DENY.*not a regular expression/s,
    );
  });

  it("is empty by default: nothing is moderated", () => {
    expect(createModerator(parseConfig({}))).toBeUndefined();
  });
});
