import { once } from "node:events";
import { connect, createServer, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** A port that tells where a server of the whole test run is, and starts it for the first who asks. */
export interface ServerDoor {
  port: number;
  close(): Promise<void>;
}

/** `start` is asked at most once; what it tells goes to everybody who knocks. */
export async function openDoor(
  start: () => Promise<{ told: object; stop(): Promise<void> }>,
): Promise<ServerDoor> {
  let started: ReturnType<typeof start> | undefined;
  const door = createServer((socket) => {
    started ??= start();
    started.then(
      ({ told }) => socket.end(JSON.stringify(told)),
      (error: unknown) => socket.end(JSON.stringify({ problem: String(error) })),
    );
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  return {
    port: (door.address() as AddressInfo).port,
    async close() {
      door.close();
      await (await started?.catch(() => undefined))?.stop();
    },
  };
}

/** What the server's start told. */
export async function knock<T extends object>(port: number, name: string): Promise<T> {
  const answer = JSON.parse(await text(connect(port, "127.0.0.1"))) as T & { problem?: string };
  if (answer.problem !== undefined) throw new Error(`${name} did not start: ${answer.problem}`);
  return answer;
}
