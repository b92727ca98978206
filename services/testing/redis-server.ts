import { findProgram, startPrivateServer } from "./private-server.ts";
import type { PrivateServer, PrivateServerOptions } from "./private-server.ts";

export const findRedis = (): string | undefined => findProgram("redis-server");

/** A Redis of our own. What it acknowledged survives `restart`, as its log is written before it answers. */
export function startRedis(options: PrivateServerOptions = {}): Promise<PrivateServer> {
  const path = findRedis();
  if (path === undefined) throw new Error("Redis is not installed (apt-get install redis-server)");
  return startPrivateServer(
    {
      name: "redis",
      path,
      args: (folder, port) => ["--port", String(port), "--dir", folder, ...SETTINGS],
      urlOf: (port) => `redis://127.0.0.1:${port}`,
      // While it reads its data it answers with an error.
      ready: { ask: "PING\r\n", answer: "+PONG" },
    },
    options,
  );
}

const SETTINGS = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "yes", "--appendfsync", "no"];
