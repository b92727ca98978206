import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy before a server: what is sent arrives, and when asked, the answer is lost with the connection. */
export interface AnswerLosingProxy {
  port: number;
  /** The next thing that the server says is lost. */
  loseNextAnswer(): void;
  /** How many were. */
  lost(): number;
  close(): Promise<void>;
}

export async function startAnswerLosingProxy(targetPort: number): Promise<AnswerLosingProxy> {
  const sockets = new Set<Socket>();
  let isToLose = false;
  let lost = 0;
  const server = createServer((client) => {
    const upstream = connect(targetPort, "127.0.0.1");
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (chunk) => {
      if (!isToLose) return void client.write(chunk);
      isToLose = false;
      lost += 1;
      client.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    loseNextAnswer: () => void (isToLose = true),
    lost: () => lost,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}
