import { execFile } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import type { Compression } from "@connectrpc/connect/protocol";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mintRun } from "../testing/sample-world.ts";
import type { SampleIds } from "../testing/sample-requests.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";
import { PUBLIC_SERVICES } from "./gateway.ts";

let server: TestServer;
let alice: Caller;
let ids: SampleIds;
beforeAll(async () => {
  server = await startTestServer();
  alice = await server.as();
  ids = await mintRun(alice);
});
afterAll(() => server.stop());

const PROTOCOLS = ["connect", "grpc", "grpcweb"] as const;
type Protocol = (typeof PROTOCOLS)[number];

interface WireOptions {
  useBinaryFormat: boolean;
  sendCompression?: Compression;
  compressMinBytes?: number;
}

function transport(protocol: Protocol, httpVersion: "1.1" | "2", wire: WireOptions): Transport {
  const authorize: Interceptor = (next) => (req) => {
    req.header.set("authorization", `Bearer ${alice.token}`);
    return next(req);
  };
  const options = { baseUrl: server.baseUrl, httpVersion, interceptors: [authorize], ...wire };
  if (protocol === "connect") return createConnectTransport(options);
  return protocol === "grpc" ? createGrpcTransport(options) : createGrpcWebTransport(options);
}

const conversation = () => ({
  requestId: uuidv7(),
  messages: [{ parts: [{ kind: { case: "text" as const, value: { text: "echo one two three" } } }] }],
});

describe.each(
  PROTOCOLS.flatMap((protocol) => [false, true].map((useBinaryFormat) => ({ protocol, useBinaryFormat }))),
)("over $protocol, binary $useBinaryFormat", ({ protocol, useBinaryFormat }) => {
  // gRPC needs HTTP/2.
  const versions = protocol === "grpc" ? (["2"] as const) : (["2", "1.1"] as const);
  it.each(versions)("HTTP/%s reads a chat and streams a run, plain and compressed", async (version) => {
    for (const compression of [{}, { sendCompression: compressionGzip, compressMinBytes: 0 }]) {
      const wire = transport(protocol, version, { useBinaryFormat, ...compression });
      const { chat } = await createClient(ChatQueryService, wire).getChat({ chatId: ids.chatId });
      expect(chat).toMatchObject({ chatId: ids.chatId, messageCount: 2 });
      let said = "";
      let state = RunState.UNSPECIFIED;
      for await (const { frame } of createClient(InferenceService, wire).generate({ run: conversation() })) {
        if (frame?.frame.case === "textDelta") said += frame.frame.value.text;
        if (frame?.frame.case === "status") ({ state } = frame.frame.value);
      }
      expect([said, state]).toEqual(["one two three", RunState.COMPLETED]);
    }
  });
});

describe("Connect over GET", () => {
  const get = (rpc: string, message: object, extra = "") => {
    const query = `encoding=json&message=${encodeURIComponent(JSON.stringify(message))}${extra}`;
    return fetch(`${server.baseUrl}/ameide.chat.v1.${rpc}?connect=v1&${query}`, {
      headers: { authorization: `Bearer ${alice.token}`, "accept-encoding": "gzip" },
    });
  };

  it("reads, and only reads", async () => {
    const response = await get("ChatQueryService/GetChat", { chatId: ids.chatId });
    expect(await response.json()).toMatchObject({ chat: { chatId: ids.chatId } });
    expect((await get("ChatCommandService/DeleteChat", { chatId: ids.chatId })).status).toBe(405);
    expect((await get("ChatQueryService/GetChat", { chatId: "x" })).status).toBe(400);
    const anonymous = await fetch(
      `${server.baseUrl}/ameide.chat.v1.ChatQueryService/ListChats?encoding=json&message={}`,
    );
    expect(anonymous.status).toBe(401);
  });

  it("compresses a big answer", async () => {
    const titles = Array.from({ length: 40 }, (_, n) =>
      alice.chatCommands.createChat({ title: `Chat ${n}` }),
    );
    await Promise.all(titles);
    const raw = await new Promise<{ encoding: unknown; body: Buffer }>((resolve) => {
      const path = "/ameide.chat.v1.ChatQueryService/ListChats?encoding=json&message=%7B%7D";
      const headers = { authorization: `Bearer ${alice.token}`, "accept-encoding": "gzip" };
      request(`${server.baseUrl}${path}`, { headers }, async (res) => {
        const chunks: Buffer[] = [];
        for await (const chunk of res) chunks.push(chunk as Buffer);
        resolve({ encoding: res.headers["content-encoding"], body: Buffer.concat(chunks) });
      }).end();
    });
    expect(raw.encoding).toBe("gzip");
    expect(JSON.parse(gunzipSync(raw.body).toString())).toMatchObject({ totalCount: 41 });
  });
});

describe.each(PROTOCOLS)("buf curl over %s, without a schema file,", (protocol) => {
  const buf = async (...args: string[]) => {
    const file = join(import.meta.dirname, "../../node_modules/.bin/buf");
    const authorization = `authorization: Bearer ${alice.token}`;
    const always = ["curl", "--http2-prior-knowledge", "--protocol", protocol, "-H", authorization];
    return (await promisify(execFile)(file, [...always, ...args])).stdout;
  };

  it("lists the services", { timeout: 60_000 }, async () => {
    const listed = (await buf("--list-services", server.baseUrl)).trim().split("\n");
    expect(listed).toEqual(expect.arrayContaining(PUBLIC_SERVICES.map((service) => service.typeName)));
  });

  it("reads a chat and streams Generate", { timeout: 60_000 }, async () => {
    const url = (rpc: string) => `${server.baseUrl}/${rpc}`;
    const chat = await buf(
      "-d",
      JSON.stringify({ chatId: ids.chatId }),
      url("ameide.chat.v1.ChatQueryService/GetChat"),
    );
    expect(JSON.parse(chat)).toMatchObject({ chat: { chatId: ids.chatId, title: "A chat" } });
    const message = {
      run: { requestId: uuidv7(), messages: [{ parts: [{ text: { text: "echo hello" } }] }] },
    };
    const frames = await buf(
      "-d",
      JSON.stringify(message),
      url("ameide.inference.v1.InferenceService/Generate"),
    );
    expect(frames).toMatch(/"text": ?"hello"/);
    expect(frames).toContain("RUN_STATE_COMPLETED");
  });
});
