import { setTimeout as sleep } from "node:timers/promises";
import { Code, ConnectError, type Interceptor, type Transport } from "@connectrpc/connect";
import { createNodeTransport } from "../../../sdk/ts/src/node.ts";

/** A transport to one gateway, with a token. */
export function transportWith(token: string, baseUrl: string): Transport {
  const authorize: Interceptor = (next) => (req) => {
    req.header.set("authorization", `Bearer ${token}`);
    return next(req);
  };
  return createNodeTransport({ baseUrl, interceptors: [authorize] });
}

/** Each call goes to the next of the transports. */
export function takingTurns(transports: readonly Transport[]): Transport {
  let calls = 0;
  const next = () => {
    const transport = transports[calls++ % transports.length];
    if (!transport) throw new Error("there is no transport");
    return transport;
  };
  return {
    unary: (...args) => next().unary(...args),
    stream: (...args) => next().stream(...args),
  };
}

const INSISTS_MILLISECONDS = 60_000;

/** Repeats what may be repeated until a server is there for it. */
export async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (const begun = performance.now(); ;) {
    try {
      return await call();
    } catch (thrown) {
      const error = ConnectError.from(thrown);
      if (error.isWireError && error.code !== Code.Unavailable) throw error;
      if (performance.now() - begun > INSISTS_MILLISECONDS) throw error;
      await sleep(100);
    }
  }
}
