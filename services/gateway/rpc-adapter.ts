import type { IncomingMessage, ServerResponse } from "node:http";
import {
  Code,
  ConnectError,
  createConnectRouter,
  createContextValues,
  type ConnectRouter,
} from "@connectrpc/connect";
import type { ConnectRouterOptions } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import {
  compressionBrotli,
  compressionGzip,
  universalRequestFromNodeRequest,
  universalResponseToNodeResponse,
} from "@connectrpc/connect-node";
import type { Log } from "../platform/telemetry/log.ts";
import type { Answer } from "./one-port.ts";
import { createFairTurns } from "./fair-turns.ts";
import { createResponseBody, isGone, responseBodyKey } from "./response-body.ts";

interface RpcAdapterOptions extends ConnectRouterOptions {
  routes(router: ConnectRouter): void;
  /** Answers what is no RPC. */
  fallback: Answer;
  log: Log;
}

/** Beginning a call takes half a millisecond, and streams under way must not wait for hundreds of them. */
const REQUESTS_PER_TURN = 32;

/**
 * Connect's own Node adapter, but for three things: an unusable host or address is the caller's fault and does not
 * end the process, a connection that breaks in mid-answer is one line of the log, not of the console, and a crowd of calls
 * begins a few at a time.
 */
export function createRpcAdapter({ routes, fallback, log, ...options }: RpcAdapterOptions): Answer {
  const router = createConnectRouter({ acceptCompression: [compressionGzip, compressionBrotli], ...options });
  routes(router);
  const inTurn = createFairTurns(REQUESTS_PER_TURN);
  const handlers = new Map(router.handlers.map((handler) => [handler.requestPath, handler]));
  return (req, res) => {
    const handler = handlers.get(pathOf(req));
    if (!handler) return fallback(req, res);
    inTurn(() => {
      // Reset before it had its turn: nobody waits for an answer.
      if (!isGone(res)) answer(handler, req, res, log);
    });
  };
}

function answer(handler: UniversalHandler, req: IncomingMessage, res: ServerResponse, log: Log): void {
  const request = requestOf(req, res);
  if (!request) return void res.writeHead(400).end();
  handler(request)
    .then((response) => universalResponseToNodeResponse(response, res))
    .catch((error: unknown) => {
      const level = isBrokenConnection(error) ? "debug" : "warn";
      log[level]({ rpc: pathOf(req), err: error }, "could not answer");
      res.destroy();
    });
}

/** Connect wraps what Node says of a socket or stream that is gone; Node's errors have a code in words. */
function isBrokenConnection(error: unknown): boolean {
  const { code, cause } = ConnectError.from(error);
  return (
    code === Code.Aborted || (cause instanceof Error && "code" in cause && typeof cause.code === "string")
  );
}

export const pathOf = (req: IncomingMessage): string => req.url?.split("?", 1)[0] ?? "/";

function requestOf(req: IncomingMessage, res: ServerResponse) {
  try {
    const values = createContextValues().set(responseBodyKey, createResponseBody(res));
    return universalRequestFromNodeRequest(req, res, undefined, values);
  } catch {
    return undefined;
  }
}
