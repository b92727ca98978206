import { connect as http2Connect } from "node:http2";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { createClient } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawConnection } from "../testing/raw-http.ts";
import {
  AUTHORIZED,
  CHAT,
  GET_CHAT,
  JSON_TYPE,
  startStubChats,
  transportsTo,
} from "../testing/stub-chats.ts";
import type { StubChats } from "../testing/stub-chats.ts";
import { startStubGateway, STUB_TOKEN } from "../testing/stub-gateway.ts";

let stub: StubChats;
beforeAll(async () => {
  stub = await startStubChats();
});
afterAll(() => stub.gateway.close());

describe("the path", () => {
  it("an unknown RPC is 404, an unknown content type 415, a wrong verb 405", async () => {
    expect((await stub.post("/ameide.chat.v1.ChatQueryService/Nothing", "{}")).status).toBe(404);
    expect((await stub.post("/no.such.v1.Service/Nothing", "{}")).status).toBe(404);
    expect((await stub.post(GET_CHAT, "{}", { ...AUTHORIZED, "content-type": "text/plain" })).status).toBe(
      415,
    );
    const { baseUrl } = stub.gateway;
    expect((await fetch(`${baseUrl}${GET_CHAT}`, { method: "PUT" })).status).toBe(405);
    expect((await fetch(`${baseUrl}/ameide.chat.v1.ChatCommandService/DeleteChat`)).status).toBe(405);
  });

  it("a host or address that cannot be read is the caller's mistake, and the server lives on", async () => {
    for (const head of [
      `POST ${GET_CHAT} HTTP/1.0\r\n\r\n`,
      `POST ${GET_CHAT} HTTP/1.1\r\nHost: [\r\n\r\n`,
      `POST ${GET_CHAT} HTTP/1.1\r\nHost: a b\r\n\r\n`,
      `POST ${GET_CHAT} HTTP/1.1\r\nHost: x:99999\r\n\r\n`,
    ]) {
      const connection = await rawConnection(stub.gateway.port);
      connection.write(head);
      expect(await connection.until("\r\n\r\n")).toMatch(/^HTTP\/1.1 400/);
      connection.socket.destroy();
    }
    const session = http2Connect(stub.gateway.baseUrl);
    const stream = session.request({ ":path": GET_CHAT, ":method": "POST", ":authority": "[" });
    const status = await new Promise((resolve) => {
      stream.once("response", (headers) => resolve(headers[":status"]));
    });
    session.destroy();
    expect(status).toBe(400);
    const client = createClient(ChatQueryService, transportsTo(stub.gateway.baseUrl, STUB_TOKEN).connect);
    expect((await client.getChat({ chatId: CHAT.good })).chat?.chatId).toBe(CHAT.good);
  });

  it("an answer worth it is compressed", async () => {
    const headers = { ...AUTHORIZED, "accept-encoding": "gzip" };
    const response = await stub.post(`/${ChatQueryService.typeName}/SearchChats`, '{"query":"x"}', headers);
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(JSON.stringify(await response.json())).toContain("xxxx");
  });
});

describe("the token", () => {
  const statusWith = async (authorization: readonly string[]) => {
    const connection = await rawConnection(stub.gateway.port);
    const tokens = authorization.map((value) => `Authorization: ${value}\r\n`).join("");
    const body = JSON.stringify({ chatId: uuidv7() });
    const headers = `Host: x\r\nConnection: close\r\nContent-Type: application/json\r\n${tokens}`;
    connection.write(`POST ${GET_CHAT} HTTP/1.1\r\n${headers}Content-Length: ${body.length}\r\n\r\n${body}`);
    return Number(/^HTTP\/1.1 (\d+)/.exec(await connection.closed)?.[1]);
  };

  // The scheme's case does not matter (RFC 9110).
  it.each([
    [["Bearer good"], 200],
    [["bearer good"], 200],
    [[], 401],
    [[""], 401],
    [["good"], 401],
    [["Bearer"], 401],
    [["Bearer "], 401],
    [["Basic good"], 401],
    [["Bearer good good"], 401],
    [["Bearer good,Bearer good"], 401],
    [["Bearer good", "Bearer good"], 401],
    [["Bearer bad", "Bearer good"], 401],
    [["Bearer good", ""], 401],
  ])("%j is answered %i over HTTP/1.1", async (authorization, status) => {
    expect(await statusWith(authorization)).toBe(status);
  });

  it("one in the query is none", async () => {
    for (const name of ["access_token", "token", "authorization"])
      expect((await stub.post(`${GET_CHAT}?${name}=good`, "{}", JSON_TYPE)).status).toBe(401);
  });

  it("two of them over HTTP/2 are none", async () => {
    const headers = [
      [":method", "POST"],
      [":path", GET_CHAT],
      [":scheme", "http"],
      [":authority", "x"],
    ];
    headers.push(["content-type", "application/json"], ["authorization", "Bearer good"]);
    const one = await rawConnection(stub.gateway.port);
    one.write(http2Request(headers));
    expect(await one.until("}")).toContain("invalid_argument");
    const two = await rawConnection(stub.gateway.port);
    two.write(http2Request([...headers, ["authorization", "Bearer good"]]));
    expect(await two.until("}")).toContain("unauthenticated");
    one.socket.destroy();
    two.socket.destroy();
  });
});

/** The preface, empty settings, and a request of literal header fields: no client library sends one of them twice. */
function http2Request(headers: readonly (readonly string[])[]): Buffer {
  const literal = (text: string) => Buffer.concat([Buffer.of(text.length), Buffer.from(text)]);
  const fields = headers.map(([name = "", value = ""]) =>
    Buffer.concat([Buffer.of(0), literal(name), literal(value)]),
  );
  const block = Buffer.concat(fields);
  const endOfStreamAndHeaders = 5;
  const frame = Buffer.from([0, 0, 0, 1, endOfStreamAndHeaders, 0, 0, 0, 1]);
  frame.writeUIntBE(block.length, 0, 3);
  const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
  return Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), settings, frame, block]);
}

describe("health over plain HTTP", () => {
  it("is live at once, ready while the dependencies answer, and neither ready nor asked again while it drains", async () => {
    let asked = 0;
    let answers = true;
    const gateway = await startStubGateway(
      {},
      {
        check: async () => ((asked += 1), { ready: answers, dependencies: {} }),
      },
    );
    const status = async (path: string) => (await fetch(`${gateway.baseUrl}${path}`)).status;
    const many = await Promise.all(Array.from({ length: 50 }, () => status("/readyz")));
    expect([new Set(many), asked]).toEqual([new Set([200]), 1]);
    answers = false;
    await expect.poll(() => status("/readyz"), { timeout: 2000 }).toBe(503);
    expect(await status("/healthz")).toBe(200);
    answers = true;
    await expect.poll(() => status("/readyz"), { timeout: 2000 }).toBe(200);
    await gateway.close();
    const failing = await startStubGateway({}, { check: () => Promise.reject(new Error("no database")) });
    expect((await fetch(`${failing.baseUrl}/readyz`)).status).toBe(503);
    await failing.close();
  });

  it("answers both while it drains", async () => {
    const draining = AbortSignal.abort();
    const gateway = await startStubGateway({}, { draining });
    expect((await fetch(`${gateway.baseUrl}/readyz`)).status).toBe(503);
    expect((await fetch(`${gateway.baseUrl}/healthz`)).status).toBe(200);
    await gateway.close();
  });
});
