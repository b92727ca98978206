import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ProviderConfig } from "../../platform/config/config.ts";
import type { Database } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import {
  collect,
  createTestExecutor,
  eventsOf,
  openTestDatabase,
  requestFor,
  textOf,
} from "../../testing/test-executor.ts";

type Reply = { status: number; retryAfter?: string } | { events: object[]; stays?: boolean };

let database: Database;
let server: Server;
let replies: Reply[] = [];
let requests: { headers: Record<string, unknown>; body: Record<string, unknown> }[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
    requests.push({ headers: request.headers, body });
    const reply = replies.shift() ?? { status: 404 };
    if ("status" in reply) {
      response.writeHead(
        reply.status,
        reply.retryAfter === undefined ? {} : { "retry-after": reply.retryAfter },
      );
      response.end('{"type":"error","error":{"type":"fake","message":"sk-from-the-body"}}');
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    for (const event of reply.events as { type: string }[]) {
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    }
    if (!reply.stays) response.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await database.close();
});
beforeEach(() => {
  replies = [];
  requests = [];
});

function ask(agentId = "tools") {
  const config: ProviderConfig = {
    id: "claude",
    kind: "anthropic",
    base_url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    api_key: "sk-canary-7f3a",
    models: [{ name: "fake-2", max_output_tokens: 500 }],
  };
  const patience = { firstToken: 300, betweenTokens: 300, retryDelay: 5, longestRetryDelay: 1000 };
  const executor = createTestExecutor(database, { providers: [config], patience });
  return collect(
    executor.execute(requestFor("Find Order.", { agentId, model: "claude/fake-2", maxOutputTokens: 300 })),
  );
}

const start = (input: number) => ({
  type: "message_start",
  message: {
    id: "m",
    type: "message",
    role: "assistant",
    content: [],
    model: "fake-2",
    usage: { input_tokens: input - 8, output_tokens: 1, cache_read_input_tokens: 8 },
  },
});
const block = (index: number, content_block: object) => ({
  type: "content_block_start",
  index,
  content_block,
});
const delta = (index: number, fields: object) => ({ type: "content_block_delta", index, delta: fields });
const end = (output: number) => [
  { type: "message_delta", delta: { stop_reason: "end_turn" }, usage: { output_tokens: output } },
  { type: "message_stop" },
];
const says = (...texts: string[]) => [
  block(0, { type: "text", text: "" }),
  ...texts.map((text) => delta(0, { type: "text_delta", text })),
  { type: "content_block_stop", index: 0 },
];
const calls = [
  block(1, { type: "tool_use", id: "toolu_1", name: "look_up_artifact", input: {} }),
  ...['{"que', 'ry":"Order"}'].map((partial_json) => delta(1, { type: "input_json_delta", partial_json })),
  { type: "content_block_stop", index: 1 },
];

describe("Anthropic's client", () => {
  it("streams text and tool calls like the others, and its usage is believed", async () => {
    replies.push({ events: [start(250), ...says("Let me ", "look. "), ...calls, ...end(12)] });
    replies.push({ events: [start(300), ...says("It is ", "Order handling."), ...end(6)] });
    const { events, error } = await ask();
    expect(error).toBeUndefined();
    expect(textOf(events)).toBe("Let me look. It is Order handling.");
    expect(eventsOf(events, "tool_args").map(({ json }) => json)).toEqual(['{"que', 'ry":"Order"}']);
    expect(eventsOf(events, "tool_result")).toMatchObject([{ toolCallId: "toolu_1", failed: false }]);
    expect(eventsOf(events, "call_ended").map(({ usage }) => usage)).toEqual([
      { inputTokens: 250, outputTokens: 12, reported: true, cachedInputTokens: 8 },
      { inputTokens: 300, outputTokens: 6, reported: true, cachedInputTokens: 8 },
    ]);
  });

  it("sends the prompt, the tools and what was called in Anthropic's form", async () => {
    replies.push({ events: [start(250), ...says("Looking."), ...calls, ...end(12)] });
    replies.push({ events: [start(300), ...says("Done."), ...end(2)] });
    await ask();
    expect(requests[0]?.headers["x-api-key"]).toBe("sk-canary-7f3a");
    expect(requests[0]?.body).toMatchObject({
      model: "fake-2",
      max_tokens: 300,
      system: expect.stringContaining("enterprise architects"),
      tools: [{ name: "current_time" }, { name: "look_up_artifact", input_schema: { type: "object" } }],
      messages: [{ role: "user" }],
    });
    expect(requests[1]?.body["messages"]).toMatchObject([
      { role: "user" },
      {
        role: "assistant",
        content: [{ type: "text" }, { type: "tool_use", id: "toolu_1", input: { query: "Order" } }],
      },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1" }] },
    ]);
  });

  it.each([429, 500, 529])("is retried after a %s and then given up", async (status) => {
    replies.push({ status }, { status }, { events: [start(30), ...says("Fine."), ...end(2)] });
    expect(textOf((await ask("simple-chat")).events)).toBe("Fine.");
    replies.push({ status }, { status }, { status, retryAfter: "0.5" });
    const { error } = await ask("simple-chat");
    expect(error).toMatchObject({
      reason: "PROVIDERS_EXHAUSTED",
      retryAfterMilliseconds: 500,
      metadata: { provider: "claude" },
    });
    expect(requests).toHaveLength(6);
  });

  it.each([
    [
      "stalls",
      { events: [start(30), block(0, { type: "text", text: "" })], stays: true },
      /silent for 0.3 s/,
    ],
    [
      "reports an error in mid-answer",
      {
        events: [
          start(30),
          { type: "error", error: { type: "overloaded_error", message: "sk-from-the-body" } },
        ],
      },
      /claude/,
    ],
    ["answers nothing", { events: [start(30), ...end(1)] }, /answered nothing/],
  ])("that %s fails the run without telling secrets", async (_name, reply, message) => {
    const spies = (["log", "warn", "error"] as const).map((name) => vi.spyOn(console, name));
    replies.push(reply);
    const { error } = await ask("simple-chat");
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).message).toMatch(message);
    expect(JSON.stringify(error) + String(error)).not.toMatch(/canary|sk-from-the-body/);
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
  });
});
