import { findProgram, startPrivateServer } from "./private-server.ts";
import type { PrivateServer, PrivateServerOptions } from "./private-server.ts";

export const findNats = (): string | undefined => findProgram("nats-server");

/** A NATS server of our own, with JetStream. */
export function startNats(options: PrivateServerOptions = {}): Promise<PrivateServer> {
  const path = findNats();
  if (path === undefined) throw new Error("NATS is not installed (apt-get install nats-server)");
  return startPrivateServer(
    {
      name: "nats",
      path,
      args: (folder, port) => [
        "--jetstream",
        "--store_dir",
        folder,
        "--addr",
        "127.0.0.1",
        "--port",
        `${port}`,
      ],
      urlOf: (port) => `nats://127.0.0.1:${port}`,
      ready: { ask: "", answer: "INFO" },
    },
    options,
  );
}
