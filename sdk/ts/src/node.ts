import type { Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import type { TransportOptions } from "./create-ameide.ts";

/**
 * A transport over HTTP/2 for Node, cleartext for http:// addresses: all calls share one connection, which is
 * checked every 10 seconds while streams are open. Pass it as `transport` to `createAmeide`.
 */
export function createNodeTransport({ baseUrl, interceptors }: TransportOptions): Transport {
  return createConnectTransport({ baseUrl, interceptors, httpVersion: "2", pingIntervalMs: 10_000 });
}
