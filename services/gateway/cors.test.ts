import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, expect, it } from "vitest";
import { AUTHORIZED, GET_CHAT, ORIGIN, startStubChats, type StubChats } from "../testing/stub-chats.ts";

let stub: StubChats;
beforeAll(async () => {
  stub = await startStubChats();
});
afterAll(() => stub.gateway.close());

const preflight = (origin: string) =>
  fetch(`${stub.gateway.baseUrl}${GET_CHAT}`, {
    method: "OPTIONS",
    headers: {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });

it("the exact origin may call, and read what gRPC-Web and Connect need", async () => {
  const answer = await preflight(ORIGIN);
  expect(answer.status).toBe(204);
  expect(answer.headers.get("access-control-allow-origin")).toBe(ORIGIN);
  expect(answer.headers.get("access-control-allow-methods")).toContain("POST");
  expect(answer.headers.get("access-control-allow-headers")).toMatch(/Authorization/);
  const call = await stub.post(GET_CHAT, JSON.stringify({ chatId: uuidv7() }), {
    ...AUTHORIZED,
    origin: ORIGIN,
  });
  expect(call.status).toBe(200);
  expect(call.headers.get("access-control-expose-headers")).toMatch(/Grpc-Status/);
  for (const { headers } of [answer, call]) {
    expect(headers.get("vary")).toBe("Origin");
    expect([...headers.values()]).not.toContain("*");
    expect(headers.get("access-control-allow-credentials")).toBeNull();
  }
});

it("an answer that a cache may hold varies by origin, also when none was sent", async () => {
  const call = await stub.post(GET_CHAT, JSON.stringify({ chatId: uuidv7() }));
  expect([call.headers.get("vary"), call.headers.get("access-control-allow-origin")]).toEqual([
    "Origin",
    null,
  ]);
});

it.each([
  "null",
  "https://app.example.evil.example",
  "https://evil-app.example",
  "https://app.example:8443",
  "http://app.example",
  "https://APP.example",
  "https://app.example/",
])("%s may not", async (origin) => {
  const answer = await preflight(origin);
  expect([answer.status, answer.headers.get("access-control-allow-origin")]).toEqual([403, null]);
  const call = await stub.post(GET_CHAT, "{}", { ...AUTHORIZED, origin });
  expect(call.headers.get("access-control-allow-origin")).toBeNull();
});
