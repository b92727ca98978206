import { connect, type Socket } from "node:net";

/** A bare TCP connection, for what no well-behaved client sends. */
export interface RawConnection {
  socket: Socket;
  write(text: string | Uint8Array): void;
  /** Resolves to everything received as soon as it contains `text`; rejects when the connection ends before. */
  until(text: string): Promise<string>;
  /** Resolves to everything received when the server has closed. */
  closed: Promise<string>;
}

export async function rawConnection(port: number): Promise<RawConnection> {
  const socket = connect(port, "127.0.0.1");
  let received = "";
  const waiting = new Set<() => void>();
  socket.setEncoding("latin1");
  socket.on("error", () => undefined);
  socket.on("data", (chunk: string) => {
    received += chunk;
    waiting.forEach((look) => look());
  });
  const closed = new Promise<string>((resolve) => {
    socket.once("close", () => resolve(received));
  });
  await new Promise<void>((resolve) => {
    socket.once("connect", resolve);
  });
  return {
    socket,
    closed,
    write: (text) => void socket.write(text),
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!received.includes(text)) return;
          waiting.delete(look);
          resolve(received);
        };
        waiting.add(look);
        void closed.then(() => reject(new Error(`closed before ${text}: ${received}`)));
        look();
      }),
  };
}
