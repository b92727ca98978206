import { request as http1Request, Agent } from "node:http";
import { connect as http2Connect, constants, type ClientHttp2Session } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { rawConnection } from "../testing/raw-http.ts";
import { listenOnePort, type Answer, type ListenOptions, type OnePort } from "./one-port.ts";

const open: OnePort[] = [];
afterEach(async () => {
  for (const port of open.splice(0)) await port.close(0);
});

const echo: Answer = (req, res) => void res.end(`${req.httpVersion} ${req.method} ${req.url}\n`);

async function listening(answer: Answer = echo, options: Partial<ListenOptions> = {}): Promise<OnePort> {
  const port = await listenOnePort(answer, { host: "127.0.0.1", port: 0, ...options });
  open.push(port);
  return port;
}

const GET = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

async function overHttp2(session: ClientHttp2Session, path: string): Promise<string> {
  const stream = session.request({ ":path": path });
  stream.setEncoding("utf8");
  let body = "";
  for await (const chunk of stream) body += String(chunk);
  return body;
}

const goawayOf = (session: ClientHttp2Session) =>
  new Promise<number>((resolve) => {
    session.once("goaway", resolve);
  });
const closeOf = (session: ClientHttp2Session) =>
  new Promise<void>((resolve) => {
    session.once("close", resolve);
  });

describe("one port", () => {
  it("speaks HTTP/1.1 and cleartext HTTP/2", async () => {
    const { port } = await listening();
    const session = http2Connect(`http://127.0.0.1:${port}`);
    expect(await overHttp2(session, "/two")).toBe("2.0 GET /two\n");
    session.close();
    const answer = await fetch(`http://127.0.0.1:${port}/one`);
    expect(await answer.text()).toBe("1.1 GET /one\n");
  });

  it("understands first bytes that arrive one at a time", async () => {
    const { port } = await listening();
    const one = await rawConnection(port);
    for (const byte of GET) {
      one.write(byte);
      if (byte === "G" || byte === "E") await sleep(5);
    }
    expect(await one.until("/x\n")).toContain("1.1 GET /x");
    one.socket.destroy();

    // Preface, an empty SETTINGS frame, a PING: its answer shows that an HTTP/2 session is there.
    const two = await rawConnection(port);
    const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    const settings = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
    const ping = Buffer.concat([Buffer.from([0, 0, 8, 6, 0, 0, 0, 0, 0]), Buffer.from("ameide!!")]);
    for (const byte of preface.subarray(0, 5)) {
      two.write(Buffer.of(byte));
      await sleep(3);
    }
    two.write(Buffer.concat([preface.subarray(5), settings, ping]));
    expect(await two.until("ameide!!")).toContain("ameide!!");
    two.socket.destroy();
  });

  it("closes a connection that says nothing, or stops in the middle of the preface", async () => {
    const { port } = await listening(echo, { firstBytesMilliseconds: 80 });
    const silent = await rawConnection(port);
    const halting = await rawConnection(port);
    halting.write("PR");
    expect(await silent.closed).toBe("");
    expect(await halting.closed).toBe("");
    expect(await (await fetch(`http://127.0.0.1:${port}/still`)).text()).toBe("1.1 GET /still\n");
  });

  it("answers garbage with 400 or a closed connection, and goes on", async () => {
    const { port } = await listening();
    const answers = ["\0\0\0\0", "hello\r\n\r\n", "\x16\x03\x01\x02\0"].map(async (garbage) => {
      const connection = await rawConnection(port);
      connection.write(garbage);
      return connection.closed;
    });
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^HTTP\/1.1 400/);
    const almost = await rawConnection(port);
    almost.write("PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n");
    await almost.closed;
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
  });

  it("answers pipelined requests in their order", async () => {
    const { port } = await listening((req, res) => {
      setTimeout(() => res.end(`${req.url};`), req.url === "/a" ? 30 : 0);
    });
    const connection = await rawConnection(port);
    connection.write(["/a", "/b", "/c"].map((path) => GET.replace("/x", path)).join(""));
    const received = await connection.until("/c;");
    expect(received.match(/\/[abc];/g)).toEqual(["/a;", "/b;", "/c;"]);
    connection.socket.destroy();
  });

  it("cuts a client that never finishes its headers, and answers others meanwhile", async () => {
    const { port } = await listening(echo, { headersMilliseconds: 150 });
    const slow = await rawConnection(port);
    slow.write("GET /slow HTTP/1.1\r\nHost: localhost\r\n");
    const drip = setInterval(() => slow.write("x-more: 1\r\n"), 40);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(200);
    expect(await slow.closed).toMatch(/^HTTP\/1.1 408/);
    clearInterval(drip);
  });

  it("tells HTTP/2 clients how many streams a connection may hold", async () => {
    const { port } = await listening();
    const session = http2Connect(`http://127.0.0.1:${port}`);
    const settings = await new Promise<{ maxConcurrentStreams?: number }>((resolve) => {
      session.once("remoteSettings", resolve);
    });
    expect(settings.maxConcurrentStreams).toBe(2000);
    session.destroy();
  });
});

describe("shutdown", () => {
  it("finishes what is under way, says GOAWAY, and closes idle and silent connections at once", async () => {
    const started = Promise.withResolvers<() => void>();
    const port = await listening((_req, res) => started.resolve(() => void res.end("finished")));
    const silent = await rawConnection(port.port);
    const session = http2Connect(`http://127.0.0.1:${port.port}`);
    const goaway = goawayOf(session);
    const running = overHttp2(session, "/running");
    const finish = await started.promise;
    const closing = port.close(5000);
    expect(await goaway).toBe(constants.NGHTTP2_NO_ERROR);
    expect(await silent.closed).toBe("");
    finish();
    expect(await running).toBe("finished");
    await closing;
    await expect(fetch(`http://127.0.0.1:${port.port}/`)).rejects.toThrow("fetch failed");
  });

  it("closes an idle keep-alive connection of HTTP/1.1, and a busy one when it has answered", async () => {
    const started = Promise.withResolvers<() => void>();
    const port = await listening((req, res) => {
      if (req.url === "/idle") res.end("idle");
      else started.resolve(() => void res.end("busy"));
    });
    const idle = await rawConnection(port.port);
    idle.write(GET.replace("/x", "/idle"));
    await idle.until("idle");
    const busy = await rawConnection(port.port);
    busy.write(GET.replace("/x", "/busy"));
    const finish = await started.promise;
    const closing = port.close(5000);
    await idle.closed;
    finish();
    expect(await busy.closed).toContain("busy");
    await closing;
  });

  it("cuts at the deadline what will not end", async () => {
    const port = await listening((_req, res) => void res.write("for ever"));
    const agent = new Agent({ keepAlive: true });
    const endless = http1Request({ port: port.port, host: "127.0.0.1", agent });
    endless.on("error", () => undefined);
    const response = await new Promise((resolve) => {
      endless.once("response", resolve);
      endless.end();
    });
    const session = http2Connect(`http://127.0.0.1:${port.port}`);
    session.on("error", () => undefined);
    const stream = session.request({ ":path": "/" });
    stream.on("error", () => undefined);
    await new Promise((resolve) => {
      stream.once("response", resolve);
    });
    const cut = closeOf(session);
    await port.close(150);
    await cut;
    expect(response).toBeDefined();
    agent.destroy();
  });
});
