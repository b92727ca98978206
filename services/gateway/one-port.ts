import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttp2, type Http2Session } from "node:http2";
import { createServer as createTcp, type AddressInfo, type Socket } from "node:net";

/** Answers HTTP/1.1 and HTTP/2 requests alike. */
export type Answer = (req: IncomingMessage, res: ServerResponse) => void;

export interface OnePort {
  port: number;
  /** Takes no more connections, tells HTTP/2 clients to go, and waits for what is under way; then cuts what is left. */
  close(graceMilliseconds: number): Promise<void>;
}

/** The first bytes of every cleartext HTTP/2 connection. */
const HTTP2_PREFACE = Buffer.from("PRI");
const FIRST_BYTES_MILLISECONDS = 10_000;
const STREAMS_PER_CONNECTION = 2000;

/** Listens on one port for HTTP/1.1 and cleartext HTTP/2, told apart by a connection's first bytes. */
export async function listenOnePort(
  answer: Answer,
  { host, port }: { host: string; port: number },
): Promise<OnePort> {
  const http1 = createHttp1(answer);
  const http2 = createHttp2(
    { settings: { maxConcurrentStreams: STREAMS_PER_CONNECTION }, maxSessionMemory: 64 },
    // The compatibility API has the same shape, but for what our answers do not use.
    answer as unknown as Parameters<typeof createHttp2>[1],
  );
  const sockets = new Set<Socket>();
  const sessions = new Set<Http2Session>();
  http2.on("session", (session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
  });
  const tcp = createTcp((socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    whenFirstBytes(socket, (isHttp2) => (isHttp2 ? http2 : http1).emit("connection", socket));
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once("error", reject);
    tcp.listen(port, host, resolve);
  });

  return {
    port: (tcp.address() as AddressInfo).port,
    async close(graceMilliseconds) {
      const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
      for (const session of sessions) session.close();
      http1.closeIdleConnections();
      const idle = setInterval(() => http1.closeIdleConnections(), 100);
      const cut = setTimeout(() => sockets.forEach((socket) => socket.destroy()), graceMilliseconds);
      await closed;
      clearInterval(idle);
      clearTimeout(cut);
    },
  };
}

/** Looks at the first bytes and puts them back. */
function whenFirstBytes(socket: Socket, decide: (isHttp2: boolean) => void): void {
  let seen = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), FIRST_BYTES_MILLISECONDS);
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
