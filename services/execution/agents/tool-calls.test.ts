import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startFakeProvider, type FakeProvider } from "../../testing/fake-provider.ts";
import type { FakeOpenAiServer } from "../../testing/fake-openai-server.ts";
import { eventsOf, textOf } from "../../testing/test-executor.ts";

let fake: FakeProvider;
let provider: FakeOpenAiServer;
const ask = (agentId: string) => fake.ask({ agentId });

beforeAll(async () => {
  fake = await startFakeProvider();
  provider = fake.server;
});
afterAll(() => fake.close());
beforeEach(() => {
  fake.reset();
  provider.otherwise = { kind: "text", text: "Fine." };
});

const foreign = { name: "delete_everything", args: "{}" };
const known = { name: "current_time", args: "{}" };

describe("a tool that is not on the agent's list", () => {
  it("is refused with TOOL_NOT_ALLOWED, and the model may go on without", async () => {
    provider.answerWith({ kind: "tools", calls: [foreign, known] });
    const { events, error } = await ask("tools");
    expect(error).toBeUndefined();
    expect(eventsOf(events, "tool_result")).toMatchObject([
      {
        failed: true,
        result: expect.stringMatching(/^TOOL_NOT_ALLOWED: .*delete_everything; it may call current_time/),
      },
      { failed: false },
    ]);
    expect(textOf(events)).toBe("Fine.");
    expect(provider.requests[1]?.body.messages.at(-2)).toMatchObject({
      role: "tool",
      content: expect.stringMatching(/^TOOL_/),
    });
  });

  it("called three times ends the run with TOOL_NOT_ALLOWED", async () => {
    provider.otherwise = { kind: "tools", calls: [foreign] };
    const { events, error } = await ask("tools");
    expect(error).toMatchObject({
      reason: "TOOL_NOT_ALLOWED",
      metadata: { tool: "delete_everything", agent_id: "tools" },
    });
    expect(eventsOf(events, "tool_result")).toHaveLength(3);
    expect(events.at(-1)?.type).toBe("tool_result");
  });

  it("called by an agent without tools ends the run unless the model also said something", async () => {
    provider.answerWith(
      { kind: "tools", calls: [foreign] },
      { kind: "tools", text: "Nothing to do.", calls: [foreign] },
    );
    expect((await ask("simple-chat")).error).toMatchObject({ reason: "TOOL_NOT_ALLOWED" });
    const { events, error } = await ask("simple-chat");
    expect(error).toBeUndefined();
    expect(textOf(events)).toBe("Nothing to do.");
    expect(eventsOf(events, "tool_result")).toMatchObject([{ failed: true }]);
    expect(provider.requests).toHaveLength(2);
  });
});

describe("tool calls", () => {
  it("that never end are stopped by the agent's number of model calls, the last of which may call none", async () => {
    provider.otherwise = { kind: "tools", calls: [known] };
    const { events, error } = await ask("tools");
    expect(error).toMatchObject({
      reason: "PROVIDERS_EXHAUSTED",
      message: expect.stringContaining("no answer within 6 calls"),
    });
    expect(provider.requests).toHaveLength(6);
    expect(provider.requests.map(({ body }) => (body as { tool_choice?: string }).tool_choice)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      "none",
    ]);
    const results = eventsOf(events, "tool_result");
    expect(results.map(({ failed }) => failed)).toEqual([false, false, false, false, false, true]);
  });

  it("without usable ids, or with the same ids again, get ids of their own", async () => {
    provider.answerWith(
      { kind: "tools", calls: [known, known] },
      { kind: "tools", calls: [{ id: "call_x", ...known }] },
      {
        kind: "tools",
        calls: [
          { id: "call_x", ...known },
          { id: "bad id!", ...known },
        ],
      },
    );
    const { events, error } = await ask("tools");
    expect(error).toBeUndefined();
    const ids = eventsOf(events, "tool_call").map(({ toolCallId }) => toolCallId);
    expect(new Set(ids).size).toBe(5);
    expect(ids[2]).toBe("call_x");
    expect(eventsOf(events, "tool_result").map(({ toolCallId }) => toolCallId)).toEqual(ids);
  });

  it("with arguments that are not JSON fail, and the provider is sent arguments that are", async () => {
    provider.answerWith({
      kind: "tools",
      calls: [{ id: "call_x", name: "look_up_artifact", args: '{"query":' }],
    });
    const { events, error } = await ask("tools");
    expect(error).toBeUndefined();
    expect(
      eventsOf(events, "tool_args")
        .map(({ json }) => json)
        .join(""),
    ).toBe('{"query":');
    expect(eventsOf(events, "tool_result")).toMatchObject([
      { failed: true, result: expect.stringContaining("not valid JSON") },
    ]);
    const sent = provider.requests[1]?.body.messages.find(({ role }) => role === "assistant");
    expect(sent).toMatchObject({
      tool_calls: [{ id: "call_x", function: { name: "look_up_artifact", arguments: "{}" } }],
    });
  });

  it("of more than 16 at once are not all run", async () => {
    provider.answerWith({ kind: "tools", calls: Array.from({ length: 20 }, () => known) });
    const { events } = await ask("tools");
    const failed = eventsOf(events, "tool_result").filter((result) => result.failed);
    expect(failed).toHaveLength(4);
    expect(failed[0]?.result).toContain("at most 16");
  });
});
