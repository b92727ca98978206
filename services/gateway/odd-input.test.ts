import { ListChatsRequestSchema } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callMethod } from "../testing/call-method.ts";
import { mintRun } from "../testing/sample-world.ts";
import { nameOf, type SampleIds } from "../testing/sample-requests.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";
import { PUBLIC_SERVICES } from "./gateway.ts";

const METHODS = new Map(PUBLIC_SERVICES.flatMap((service) => service.methods).map((m) => [nameOf(m), m]));

let server: TestServer;
let alice: Caller;
let ids: SampleIds;
beforeAll(async () => {
  server = await startTestServer();
  alice = await server.as({ roles: ["admin"] });
  ids = await mintRun(alice);
});
afterAll(() => server.stop());

const call = (rpc: string, request: object) => {
  const method = METHODS.get(rpc);
  if (!method) throw new Error(`there is no ${rpc}`);
  return callMethod(alice.transport, method, request);
};
const part = (kind: object) => ({
  requestId: uuidv7(),
  messages: [{ parts: [kind] }],
});

// PostgreSQL stores no NUL in text.
describe("a NUL", () => {
  it.each([
    ["text", () => part({ text: { text: "echo a\0b" } })],
    ["code", () => part({ code: { content: "a\0b", language: "\0" } })],
  ])("in %s of a run is no fault of the server", async (_name, request) => {
    expect(await call("InferenceService.StartRun", request())).not.toMatchObject({ reason: "INTERNAL" });
  });

  // The contract lets it through and the search index cannot hold it.
  it("in a chat's message is no fault of the server", async () => {
    const { chat } = await alice.chatCommands.createChat({});
    const [message] = part({ text: { text: "echo a\0b" } }).messages;
    const request = { chatId: chat?.chatId, message, requestId: uuidv7() };
    expect(await call("ChatCommandService.SendMessage", request)).not.toMatchObject({ reason: "INTERNAL" });
  });

  it("in labels, tags and descriptions is no fault of the server", async () => {
    const metadata = { labels: { "a\0": "\0b" }, tags: ["\0"], description: "\0" };
    expect(await call("ChatCommandService.CreateChat", { metadata })).not.toMatchObject({
      reason: "INTERNAL",
    });
  });

  it("in a kind to list by is no fault of the server", async () => {
    expect(await call("ArtifactQueryService.ListArtifacts", { kinds: ["a\0b"] })).not.toMatchObject({
      reason: "INTERNAL",
    });
  });

  it.each(["ChatCommandService.UpdateChatTitle", "ChatCommandService.DeleteChat", "BudgetService.SetBudget"])(
    "in an etag is a mismatch in %s",
    async (rpc) => {
      const request = rpc.startsWith("Budget") ? { window: 1 } : { chatId: ids.chatId };
      const title = rpc.endsWith("Title") ? { title: "x" } : {};
      expect(await call(rpc, { ...request, ...title, etag: "\0" })).toMatchObject({
        reason: "VERSION_MISMATCH",
      });
    },
  );
});

// The contract lets it through and no date can hold it.
describe("a time out of range", () => {
  it.each([9_000_000_000_000n, -9_000_000_000_000n, 9_223_372_036_854_775_807n])(
    "%s s is refused",
    async (seconds) => {
      const filter = { createdAfter: { seconds, nanos: 0 } };
      const response = await fetch(`${server.baseUrl}/ameide.chat.v1.ChatQueryService/ListChats`, {
        method: "POST",
        headers: { "content-type": "application/proto", authorization: `Bearer ${alice.token}` },
        body: toBinary(ListChatsRequestSchema, create(ListChatsRequestSchema, { filter })),
      });
      expect(await response.json()).toMatchObject({ code: "invalid_argument" });
    },
  );
});

describe("an id in capitals", () => {
  it.each([
    ["ChatQueryService.GetChat", "chatId"],
    ["ChatQueryService.StreamChatUpdates", "chatId"],
    ["ArtifactQueryService.GetArtifact", "artifactId"],
    ["ArtifactQueryService.StreamArtifactUpdates", "artifactId"],
    ["InferenceService.GetRun", "runId"],
    ["InferenceService.CancelRun", "runId"],
  ] as const)("is the same id in %s", async (rpc, name) => {
    const plain = await call(rpc, { [name]: ids[name] });
    expect(await call(rpc, { [name]: ids[name].toUpperCase() })).toEqual(plain);
  });

  // The stream's token holds the id as it was written.
  it("is the same run to a resume token", async () => {
    const tokenOf = async (runId: string) => {
      for await (const { frame } of alice.inference.watchRun({ runId }))
        if (frame?.resumeToken) return frame.resumeToken;
      return "";
    };
    const resumeToken = await tokenOf(ids.runId.toUpperCase());
    const resumed = await call("InferenceService.WatchRun", { runId: ids.runId, resumeToken });
    expect(resumed).toMatchObject({ ok: true });
  });
});
