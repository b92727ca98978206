import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A TCP proxy on the loopback address whose connections are reset in the middle of what the server says. */
export interface CuttingProxy {
  baseUrl: string;
  /** How many connections were reset. */
  cuts(): number;
  /** Lets the connections that come from now on live. */
  spare(): void;
  close(): Promise<void>;
}

const TAKING_MILLISECONDS = 30;

/** Each connection is reset after so many bytes from the server: the next number of the seed between `from` and `to`. */
export async function startCuttingProxy(
  target: string,
  { seed, from, to }: { seed: number; from: number; to: number },
): Promise<CuttingProxy> {
  const { hostname, port } = new URL(target);
  const random = randomOf(seed);
  const sockets = new Set<Socket>();
  let cuts = 0;
  let spares = false;

  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let left = spares ? Infinity : from + Math.floor(random() * (to - from));
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.once("close", () => {
        sockets.delete(socket);
        if (left > 0) client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (chunk: Buffer) => {
      client.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left > 0) return;
      cuts += 1;
      // Readers throw away what they have not taken when the reset comes; at once, they would never get anywhere.
      setTimeout(() => client.resetAndDestroy(), TAKING_MILLISECONDS);
      upstream.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    spare: () => void (spares = true),
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

/** Numbers from 0 to less than 1, the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
