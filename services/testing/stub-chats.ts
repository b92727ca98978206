import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { ErrorInfoSchema, type ErrorInfo } from "@ameide/proto/google/rpc/error_details_pb.js";
import { ConnectError, type Interceptor } from "@connectrpc/connect";
import {
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { v7 as uuidv7 } from "uuid";
import { AppError } from "../platform/errors/app-error.ts";
import { startStubGateway, STUB_TOKEN, type StubGateway } from "./stub-gateway.ts";

export const ORIGIN = "https://app.example";
export const GET_CHAT = `/${ChatQueryService.typeName}/GetChat`;
export const JSON_TYPE = { "content-type": "application/json" };
export const AUTHORIZED = { ...JSON_TYPE, authorization: `Bearer ${STUB_TOKEN}` };

/** Chats that do what their name says when they are asked for; others answer. */
export const CHAT = { boom: uuidv7(), slow: uuidv7(), refusing: uuidv7(), good: uuidv7() };

export interface StubChats {
  gateway: StubGateway;
  /** How often a handler was called. */
  calls(): number;
  /** The runs whose endless stream has ended. */
  stopped: ReadonlySet<string>;
  post(
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers?: Record<string, string>,
  ): Promise<Response>;
}

/** A gateway whose chats misbehave on request. */
export async function startStubChats(): Promise<StubChats> {
  let calls = 0;
  const stopped = new Set<string>();
  const gateway = await startStubGateway(
    {
      chatQueries: {
        async getChat({ chatId }, { signal }) {
          calls += 1;
          if (chatId === CHAT.boom) throw new Error("the table users has no column password");
          if (chatId === CHAT.refusing)
            throw new AppError("RATE_LIMITED", "later", { retryAfterMilliseconds: 1500 });
          if (chatId === CHAT.slow) await rejectedBy(signal);
          return { chat: { chatId } };
        },
        searchChats: () => ({ chats: [{ title: "x".repeat(5000) }] }),
        async *streamChatUpdates({ chatId }, { signal }) {
          yield { update: { case: "artifactRemoved", value: chatId } };
          await rejectedBy(signal);
        },
      },
      inference: {
        async *watchRun({ runId }) {
          try {
            for (;;) yield { frame: { runId, epoch: "x".repeat(60_000) } };
          } finally {
            stopped.add(runId);
          }
        },
      },
    },
    { corsOrigins: [ORIGIN] },
  );
  return {
    gateway,
    calls: () => calls,
    stopped,
    post: (path, body, headers = AUTHORIZED) =>
      fetch(`${gateway.baseUrl}${path}`, { method: "POST", headers, body }),
  };
}

const rejectedBy = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

/** The three protocols over HTTP/2, with the token or without. */
export function transportsTo(baseUrl: string, token: string | undefined) {
  const authorize: Interceptor = (next) => (req) => {
    if (token !== undefined) req.header.set("authorization", `Bearer ${token}`);
    return next(req);
  };
  const options = { baseUrl, httpVersion: "2" as const, interceptors: [authorize] };
  return {
    connect: createConnectTransport(options),
    grpc: createGrpcTransport(options),
    grpcWeb: createGrpcWebTransport(options),
  };
}

/** The failure of a call that must fail. */
export async function failureOf(call: Promise<unknown>): Promise<ConnectError> {
  try {
    await call;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("expected a failure");
}

/** Every ErrorInfo of an error; there should be one. */
export const infosOf = (error: ConnectError): ErrorInfo[] => error.findDetails(ErrorInfoSchema);
