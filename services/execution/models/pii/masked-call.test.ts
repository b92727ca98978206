import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { countTokens } from "../../../platform/tokenizer/count-tokens.ts";
import { configOf, startFakeProvider, type FakeProvider } from "../../../testing/fake-provider.ts";
import { collect, eventsOf, textOf } from "../../../testing/test-executor.ts";
import type { AgentRequest } from "../../agent-event.ts";

let fake: FakeProvider;
beforeAll(async () => {
  fake = await startFakeProvider();
});
afterAll(() => fake.close());
beforeEach(() => fake.reset());

function ask(fields: Partial<AgentRequest> = {}) {
  const providers = [configOf(fake.server.baseUrl, "acme", { mask_pii: true })];
  return collect(fake.executorWith({ providers }).execute(fake.requestWith(fields)));
}

const sent = () => JSON.stringify(fake.server.requests.map(({ body }) => body));
const said = (text: string) => ({ conversation: [{ role: "user" as const, text }] });

describe("a provider that may not see personal data", () => {
  it("gets placeholders, and readers get the data back, however the answer is split", async () => {
    fake.server.answerWith({ kind: "text", text: "Dear [EM AIL_1] or [EMAIL_1], call [PHONE_1]; [EMAIL_9]" });
    const { events, error } = await ask(said("Write to jane@x.example, or call +49 30 1234567."));
    expect(error).toBeUndefined();
    expect(sent()).toContain("Write to [EMAIL_1], or call [PHONE_1].");
    expect(sent()).not.toMatch(/jane|1234567/);
    expect(textOf(events)).toBe("Dear [EM AIL_1] or jane@x.example, call +49 30 1234567; [EMAIL_9]");
  });

  it("splits a placeholder over chunks as it likes", async () => {
    const chunk = (content: string) => `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;
    const body = ["Hi [", "EMA", "IL_", "1", "]", "!"].map(chunk).join("");
    fake.server.answerWith({ kind: "raw", body: `${body}data: [DONE]\n\n` });
    const { events } = await ask(said("I am jane@x.example"));
    expect(eventsOf(events, "text").map(({ text }) => text)).toEqual(["Hi ", "jane@x.example", "!"]);
  });

  it("calls tools with placeholders and never sees their results' data", async () => {
    const call = { id: "call_a", name: "look_up_artifact", args: '{"query":"[EMAIL_1]"}' };
    fake.server.answerWith({ kind: "tools", calls: [call] }, { kind: "text", text: "Nothing of [EMAIL_1]." });
    const { events, error } = await ask({ agentId: "tools", ...said("Find jane@x.example") });
    expect(error).toBeUndefined();
    const args = eventsOf(events, "tool_args").map(({ json }) => json);
    expect(args.join("")).toBe('{"query":"jane@x.example"}');
    expect(eventsOf(events, "tool_result")).toHaveLength(1);
    expect(textOf(events)).toBe("Nothing of jane@x.example.");
    expect(fake.server.requests).toHaveLength(2);
    expect(sent()).not.toContain("jane");
  });

  it("is owed for what it saw and wrote", async () => {
    const answer = "I wrote to [EMAIL_1].";
    fake.server.answerWith({ kind: "text", text: answer, usage: "absent" });
    const { events } = await ask(said("Write to somebody.with.a.very.long.name@department.example.com"));
    const [ended] = eventsOf(events, "call_ended");
    expect(ended?.usage.outputTokens).toBe(countTokens(answer));
    expect(ended?.call.inputTokens).toBe(fake.server.bill.inputTokens);
  });

  it("is the exception: others get the text as it is", async () => {
    await collect(fake.executorWith({}).execute(fake.requestWith(said("I am jane@x.example"))));
    expect(sent()).toContain("jane@x.example");
  });
});
