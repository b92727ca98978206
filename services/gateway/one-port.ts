import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2, type Http2Session } from "node:http2";
import { createServer as createTcp, type AddressInfo, type Server, type Socket } from "node:net";

/** Answers HTTP/1.1 and HTTP/2 requests alike. */
export type Answer = (req: IncomingMessage, res: ServerResponse) => void;

export interface OnePort {
  port: number;
  /** Takes no more connections, tells HTTP/2 clients to go, and waits for what is under way; then cuts what is left. */
  close(graceMilliseconds: number): Promise<void>;
}

export interface ListenOptions {
  host: string;
  port: number;
  /** How long a new connection may take to show what it speaks. */
  firstBytesMilliseconds?: number;
  /** How long an HTTP/1.1 request may take to send its headers. */
  headersMilliseconds?: number;
}

/** The first bytes of every cleartext HTTP/2 connection. */
const HTTP2_PREFACE = Buffer.from("PRI");
const FIRST_BYTES_MILLISECONDS = 10_000;
const HEADERS_MILLISECONDS = 15_000;
const IDLE_CHECK_MILLISECONDS = 100;

/** What one HTTP/2 connection may hold at a time; together a connection can pin 64 MB and no more. */
const HTTP2_OPTIONS = { settings: { maxConcurrentStreams: 2000 }, maxSessionMemory: 64 };

/** Listens on one port for HTTP/1.1 and cleartext HTTP/2, told apart by a connection's first bytes. */
export async function listenOnePort(answer: Answer, options: ListenOptions): Promise<OnePort> {
  const http1 = createHttp1Server(answer, options.headersMilliseconds ?? HEADERS_MILLISECONDS);
  // The compatibility API has the same shape, but for what our answers do not use.
  const http2 = createHttp2(HTTP2_OPTIONS, answer as unknown as Parameters<typeof createHttp2>[1]);
  const sessions = new Set<Http2Session>();
  http2.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  const sockets = new Set<Socket>();
  const undecided = new Set<Socket>();
  const tcp = createTcp((socket) => {
    sockets.add(socket);
    undecided.add(socket);
    socket.once("close", () => (sockets.delete(socket), undecided.delete(socket)));
    socket.on("error", () => socket.destroy());
    whenFirstBytes(socket, options.firstBytesMilliseconds ?? FIRST_BYTES_MILLISECONDS, (isHttp2) => {
      undecided.delete(socket);
      (isHttp2 ? http2 : http1).emit("connection", socket);
    });
  });
  await listen(tcp, options);

  return {
    port: (tcp.address() as AddressInfo).port,
    async close(graceMilliseconds) {
      const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
      for (const socket of undecided) socket.destroy();
      for (const session of sessions) session.close();
      http1.closeIdleConnections();
      const idle = setInterval(() => http1.closeIdleConnections(), IDLE_CHECK_MILLISECONDS);
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), graceMilliseconds);
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
      http1.close();
    },
  };
}

function createHttp1Server(answer: Answer, headersTimeout: number) {
  const connectionsCheckingInterval = Math.min(headersTimeout, 5000);
  const server = createHttp1({ headersTimeout, connectionsCheckingInterval }, answer);
  // It never listens itself, and only this event starts what times out slow headers and knows idle connections.
  server.emit("listening");
  return server;
}

function listen(tcp: Server, { host, port }: ListenOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    tcp.once("error", reject);
    tcp.listen(port, host, () => {
      tcp.off("error", reject);
      // Such as no file descriptor left for one more connection: no reason to fall over.
      tcp.on("error", () => undefined);
      resolve();
    });
  });
}

/** Looks at the first bytes and puts them back. */
function whenFirstBytes(socket: Socket, milliseconds: number, decide: (isHttp2: boolean) => void): void {
  let seen = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), milliseconds);
  const look = () => {
    for (let chunk: Buffer | null; (chunk = socket.read() as Buffer | null) !== null;)
      seen = Buffer.concat([seen, chunk]);
    const length = Math.min(seen.length, HTTP2_PREFACE.length);
    const fits = seen.subarray(0, length).equals(HTTP2_PREFACE.subarray(0, length));
    if (fits && length < HTTP2_PREFACE.length) return;
    clearTimeout(timer);
    socket.off("readable", look);
    socket.unshift(seen);
    decide(fits);
  };
  socket.on("readable", look);
  socket.once("close", () => clearTimeout(timer));
}
