import { connect as http2Connect, constants, type ClientHttp2Session } from "node:http2";
import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { createClient } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { heldMegabytes } from "../testing/held-memory.ts";
import { rawConnection } from "../testing/raw-http.ts";
import { FRAME, http2Frame, literalHeader, rawHttp2 } from "../testing/raw-http2.ts";
import { transportsTo } from "../testing/stub-chats.ts";
import { startStubGateway, STUB_TOKEN, type StubGateway } from "../testing/stub-gateway.ts";

/** What the server announces; more streams of one connection wait. */
const STREAMS_PER_CONNECTION = 2000;
/** Refusals that are logged, and one line about the others. */
const LINES_PER_SECOND = 21;

let gateway: StubGateway;
/** Handlers of Generate that were called: each would have a model work. */
let generated = 0;
let watching = 0;
let linesBefore = 0;

beforeAll(async () => {
  gateway = await startStubGateway({
    inference: {
      getRun: ({ runId }) => ({ run: { runId } }),
      async *generate() {
        generated += 1;
        yield {};
      },
      async *watchRun({ runId }, { signal }) {
        watching += 1;
        yield { frame: { runId } };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        watching -= 1;
      },
    },
  });
});
afterAll(() => gateway.close());
beforeEach(() => {
  generated = 0;
  linesBefore = gateway.lines.length;
});

/** What an operator sees, whose log level is "info". */
const seenLines = () => gateway.lines.slice(linesBefore).filter(({ level }) => level !== "debug");

/** Somebody else, on a connection of their own, is served. */
async function expectOthersServed(): Promise<void> {
  const { connect } = transportsTo(gateway.baseUrl, STUB_TOKEN);
  const runId = uuidv7();
  expect((await createClient(InferenceService, connect).getRun({ runId })).run?.runId).toBe(runId);
}

const headersFor = (rpc: string, token = STUB_TOKEN) => ({
  ":path": `/${InferenceService.typeName}/${rpc}`,
  ":method": "POST",
  "content-type": "application/connect+json",
  authorization: `Bearer ${token}`,
});

function envelope(message: object): Buffer {
  const body = Buffer.from(JSON.stringify(message));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(body.length, 1);
  return Buffer.concat([head, body]);
}

function attackerSession(): ClientHttp2Session {
  const session = http2Connect(gateway.baseUrl);
  session.on("error", () => undefined);
  return session;
}

/** Seen to fail without the budget of lines: 3,600 lines for 10,000 streams. */
describe.each([
  ["strangers", "bad"],
  ["somebody who may come in, but says nothing", STUB_TOKEN],
])("a rapid reset of streams by %s", (_who, token) => {
  it(
    "starts no work, floods no log, holds no memory, and others are served",
    { timeout: 60_000 },
    async () => {
      await expectOthersServed();
      const before = heldMegabytes();
      const begin = performance.now();
      for (let round = 0; round < 2; round++) {
        const session = attackerSession();
        for (let sent = 0; sent < 2500 && !session.destroyed && !session.closed; sent++) {
          const stream = session.request(headersFor("Generate", token));
          stream.on("error", () => undefined);
          stream.close(constants.NGHTTP2_CANCEL);
          if (sent % 100 === 99) await turn();
        }
        await expectOthersServed();
        session.destroy();
      }
      expect(generated).toBe(0);
      // Some are seen as calls without a message before they are seen to be reset.
      const seconds = (performance.now() - begin) / 1000;
      expect(seenLines().length).toBeLessThan(LINES_PER_SECOND * (seconds + 2));
      expect(heldMegabytes() - before).toBeLessThan(100);
    },
  );
});

describe("a stream that was opened", () => {
  // Seen to fail when the request gate lets strangers in: a model works for each of them.
  it("by a stranger has no model work, whatever follows", async () => {
    const session = attackerSession();
    const generate = (token: string) => {
      const stream = session.request(headersFor("Generate", token));
      stream.on("error", () => undefined).resume();
      const messages = [{ parts: [{ text: { text: "hello" } }] }];
      stream.end(envelope({ run: { requestId: uuidv7(), messages } }));
      return new Promise((resolve) => stream.once("close", resolve));
    };
    await Promise.all(Array.from({ length: 50 }, () => generate("bad")));
    expect(generated).toBe(0);
    expect(seenLines().length).toBeLessThan(10);
    await generate(STUB_TOKEN);
    expect(generated).toBe(1);
    session.destroy();
  });

  it("and whose message never comes has none either, and is forgotten when it is cut", async () => {
    const session = attackerSession();
    for (let opened = 0; opened < 500; opened++) {
      const stream = session.request(headersFor("Generate"));
      stream.on("error", () => undefined);
      stream.write(envelope({ run: {} }).subarray(0, 7));
    }
    await sleep(100);
    await expectOthersServed();
    session.destroy();
    await sleep(100);
    expect(generated).toBe(0);
    expect(seenLines().length).toBeLessThan(10);
  });
});

// Seen to fail without `maxConcurrentStreams` in one-port.ts: the connection is promised 4 billion.
it("one connection has as many streams as it was told, and no more", async () => {
  const session = attackerSession();
  await new Promise((resolve) => session.once("remoteSettings", resolve));
  expect(session.remoteSettings.maxConcurrentStreams).toBe(STREAMS_PER_CONNECTION);
  const answered = new Set<unknown>();
  const streams = Array.from({ length: STREAMS_PER_CONNECTION + 100 }, (_, index) => {
    const stream = session.request(headersFor("WatchRun"));
    stream.on("error", () => undefined);
    stream.once("response", () => answered.add(index));
    stream.end(envelope({ runId: uuidv7() }));
    return stream;
  });
  await expect.poll(() => answered.size, { timeout: 20_000 }).toBe(STREAMS_PER_CONNECTION);
  await sleep(50);
  expect(watching).toBe(STREAMS_PER_CONNECTION);
  await expectOthersServed();
  streams[0]?.close(constants.NGHTTP2_CANCEL);
  await expect.poll(() => answered.size).toBe(STREAMS_PER_CONNECTION + 1);
  session.destroy();
  await expect.poll(() => watching, { timeout: 20_000 }).toBe(0);
  expect(seenLines()).toEqual([]);
});

const END_HEADERS = 4;

/** The library of HTTP/2 has limits of its own; HTTP/1.1 was seen to fail with `maxHeaderSize` raised in one-port.ts. */
describe("a flood of headers", () => {
  it("in one block of HTTP/2 that never ends closes the connection, after little", async () => {
    const before = heldMegabytes();
    const attacker = await rawHttp2(gateway.port);
    attacker.write(http2Frame(FRAME.HEADERS, 0, 1, literalHeader("a", "b")));
    const block = Buffer.concat(
      Array.from({ length: 100 }, (_, i) => literalHeader(`x-${i}`, "y".repeat(100))),
    );
    let sent = 0;
    const isClosed = { yes: false };
    void attacker.closed.then(() => (isClosed.yes = true));
    for (; sent < 2000 && !isClosed.yes; sent++) {
      attacker.write(http2Frame(FRAME.CONTINUATION, 0, 1, block));
      await turn();
    }
    await attacker.closed;
    expect(sent).toBeLessThan(2000);
    expect(heldMegabytes() - before).toBeLessThan(50);
    await expectOthersServed();
    expect(seenLines()).toEqual([]);
  });

  it("in many small requests of HTTP/2 is refused stream by stream", async () => {
    const attacker = await rawHttp2(gateway.port);
    const block = Buffer.concat(Array.from({ length: 1000 }, (_, i) => literalHeader(`x-${i % 100}`, "y")));
    for (let stream = 1; stream < 400; stream += 2)
      attacker.write(http2Frame(FRAME.HEADERS, END_HEADERS, stream, block));
    await sleep(100);
    await expectOthersServed();
    attacker.socket.destroy();
    expect(generated).toBe(0);
    expect(seenLines()).toEqual([]);
  });

  it("over HTTP/1.1 is refused after 16 KB", async () => {
    const attacker = await rawConnection(gateway.port);
    attacker.write("POST / HTTP/1.1\r\nhost: x\r\n");
    for (let i = 0; i < 100; i++) attacker.write(`x-${i}: ${"y".repeat(1000)}\r\n`);
    expect(await attacker.closed).toContain("431");
    await expectOthersServed();
  });
});

describe.each([
  ["pings", FRAME.PING, Buffer.alloc(8)],
  ["settings", FRAME.SETTINGS, Buffer.alloc(0)],
])("a flood of %s whose answers nobody reads", (_what, type, payload) => {
  it("ends the connection or waits; memory stays bounded and others are served", async () => {
    const before = heldMegabytes();
    const attacker = await rawHttp2(gateway.port);
    attacker.socket.pause();
    const many = Buffer.concat(Array.from({ length: 1000 }, () => http2Frame(type, 0, 0, payload)));
    for (let sent = 0; sent < 300 && !attacker.socket.destroyed; sent++) {
      const fits = attacker.socket.write(many);
      if (!fits) await Promise.race([sleep(5), attacker.closed]);
    }
    await expectOthersServed();
    attacker.socket.destroy();
    expect(heldMegabytes() - before).toBeLessThan(80);
    expect(seenLines()).toEqual([]);
  });
});
