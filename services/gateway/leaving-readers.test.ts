import { connect as http2Connect } from "node:http2";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { Code, createClient } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, beforeEach, expect, it, vi } from "vitest";
import {
  AUTHORIZED,
  CHAT,
  failureOf,
  GET_CHAT,
  startStubChats,
  transportsTo,
} from "../testing/stub-chats.ts";
import type { StubChats } from "../testing/stub-chats.ts";
import { STUB_TOKEN } from "../testing/stub-gateway.ts";

let stub: StubChats;
beforeAll(async () => {
  stub = await startStubChats();
});
afterAll(() => stub.gateway.close());

// Connect's own adapter writes to the console.
const consoleError = vi.spyOn(console, "error").mockImplementation(() => undefined);
let linesBefore = 0;
beforeEach(() => {
  linesBefore = stub.gateway.lines.length;
});
const expectNothingLoud = () => {
  const loud = stub.gateway.lines.slice(linesBefore).filter(({ level }) => level !== "debug");
  expect(loud).toEqual([]);
  expect(consoleError).not.toHaveBeenCalled();
};

const client = () => createClient(ChatQueryService, transportsTo(stub.gateway.baseUrl, STUB_TOKEN).connect);

/** Opens the run's endless stream on a connection of its own and reads nothing. */
async function openUnread(runId: string) {
  const session = http2Connect(stub.gateway.baseUrl);
  session.on("error", () => undefined);
  const headers = { ...AUTHORIZED, "content-type": "application/connect+json" };
  const stream = session.request({
    ":path": `/${InferenceService.typeName}/WatchRun`,
    ":method": "POST",
    ...headers,
  });
  stream.on("error", () => undefined);
  const body = Buffer.from(JSON.stringify({ runId }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  stream.end(Buffer.concat([head, body]));
  await new Promise((resolve) => {
    stream.once("response", resolve);
  });
  return session;
}

// Seen to fail when a broken write does not end the handler (`throw` in observe-stream.ts).
it("20 slow readers who cut the line end their handlers", async () => {
  const runIds = Array.from({ length: 20 }, () => uuidv7());
  for (const runId of runIds) {
    const session = await openUnread(runId);
    // Nothing is read, so the window fills and the server waits in the middle of a write.
    await sleep(10);
    session.destroy();
  }
  await expect.poll(() => runIds.every((runId) => stub.stopped.has(runId))).toBe(true);
  expectNothingLoud();
});

it("a caller who cancels is logged as such", async () => {
  const leave = new AbortController();
  const updates = client().streamChatUpdates({ chatId: uuidv7() }, { signal: leave.signal });
  const reading = (async () => {
    for await (const _ of updates) setTimeout(() => leave.abort(), 20);
  })();
  expect((await failureOf(reading)).code).toBe(Code.Canceled);
  const isIt = (line: Record<string, unknown>) => line["message"] === "the caller left";
  await expect.poll(() => stub.gateway.lines.slice(linesBefore).some(isIt)).toBe(true);
  expect(stub.gateway.lines.find(isIt)).toMatchObject({ code: "Canceled", messages: 1 });
  expectNothingLoud();
});

it("5,000 streams opened and reset at once leave the server healthy and call no handler", async () => {
  const before = stub.calls();
  const session = http2Connect(stub.gateway.baseUrl);
  session.on("error", () => undefined);
  for (let sent = 0; sent < 5000 && !session.destroyed && !session.closed; sent += 1) {
    const stream = session.request({ ":path": GET_CHAT, ":method": "POST", ...AUTHORIZED });
    stream.on("error", () => undefined);
    stream.close(8);
    if (sent % 100 === 99) await turn();
  }
  session.destroy();
  expect((await client().getChat({ chatId: CHAT.good })).chat?.chatId).toBe(CHAT.good);
  expect(stub.calls()).toBe(before + 1);
  expectNothingLoud();
});
