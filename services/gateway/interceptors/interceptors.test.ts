import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { ViolationsSchema } from "@ameide/proto/buf/validate/validate_pb.js";
import { ErrorInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { Code, ConnectError, createClient, createRouterTransport } from "@connectrpc/connect";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import { AppError } from "../../platform/errors/app-error.ts";
import { createLog, type Log } from "../../platform/telemetry/log.ts";
import { createInterceptors } from "./index.ts";
import { observeStream } from "./observe-stream.ts";

interface Line {
  level: string;
  message: string;
  code?: string;
  messages?: number;
  err?: unknown;
}

function wired(chats: Parameters<typeof createRouterTransport>[0], draining = new AbortController().signal) {
  const lines: Line[] = [];
  const record = (level: string) => (details: object, message: string) =>
    void lines.push({ level, message, ...details });
  const levels = ["debug", "info", "warn", "error"].map((level) => [level, record(level)]);
  const log: Log = Object.assign(createLog("silent"), Object.fromEntries(levels));
  const interceptors = createInterceptors(log, draining);
  return { lines, transport: createRouterTransport(chats, { router: { interceptors } }) };
}

const failureOf = async (call: Promise<unknown>): Promise<ConnectError> => {
  try {
    await call;
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error("expected a failure");
};
const reasonsOf = (error: ConnectError) => error.findDetails(ErrorInfoSchema).map((info) => info.reason);

it("stands in one order: trace and log, map errors, leave on drain, validate", () => {
  const interceptors = createInterceptors(createLog("silent"), new AbortController().signal);
  // What each relies on is shown below; a new one must find its place there.
  expect(interceptors).toHaveLength(4);
});

it("an error of a handler is logged with the code it was mapped to", async () => {
  const { lines, transport } = wired(({ service }) =>
    service(ChatQueryService, {
      getChat: () => {
        throw new AppError("CHAT_NOT_FOUND", "gone");
      },
    }),
  );
  const error = await failureOf(createClient(ChatQueryService, transport).getChat({ chatId: uuidv7() }));
  expect([error.code, reasonsOf(error)]).toEqual([Code.NotFound, ["CHAT_NOT_FOUND"]]);
  expect(lines).toMatchObject([{ level: "info", message: "refused", code: "NotFound" }]);
});

it("a fault is logged as an error with its cause, and the caller sees nothing of it", async () => {
  const { lines, transport } = wired(({ service }) =>
    service(ChatQueryService, {
      getChat: () => {
        throw new TypeError("password=hunter2");
      },
    }),
  );
  const error = await failureOf(createClient(ChatQueryService, transport).getChat({ chatId: uuidv7() }));
  expect([error.code, reasonsOf(error)]).toEqual([Code.Internal, ["INTERNAL"]]);
  expect(error.message).not.toContain("hunter2");
  expect(lines).toMatchObject([{ level: "error", code: "Internal" }]);
  expect(String(lines[0]?.err)).toContain("hunter2");
});

it("a broken rule is mapped and logged like any refusal, and the handler is not called", async () => {
  let calls = 0;
  const { lines, transport } = wired(({ service }) =>
    service(ChatQueryService, { getChat: () => ((calls += 1), {}) }),
  );
  const error = await failureOf(createClient(ChatQueryService, transport).getChat({ chatId: "x" }));
  expect([error.code, reasonsOf(error)]).toEqual([Code.InvalidArgument, ["SCHEMA_VIOLATION"]]);
  expect(error.findDetails(ViolationsSchema)[0]?.violations).toHaveLength(1);
  expect(lines).toMatchObject([{ level: "info", code: "InvalidArgument" }]);
  expect(calls).toBe(0);
});

it("an error after the first message of a stream is mapped and logged with the messages before it", async () => {
  const { lines, transport } = wired(({ service }) =>
    service(InferenceService, {
      async *watchRun() {
        yield {};
        yield {};
        throw new Error("secret");
      },
    }),
  );
  let messages = 0;
  const reading = (async () => {
    for await (const _ of createClient(InferenceService, transport).watchRun({ runId: uuidv7() }))
      messages += 1;
  })();
  const error = await failureOf(reading);
  expect([messages, error.code, reasonsOf(error)]).toEqual([2, Code.Internal, ["INTERNAL"]]);
  expect(lines).toMatchObject([{ level: "error", messages: 2 }]);
});

it("a call that waits is told UNAVAILABLE when the server goes down; a run stream says good-bye itself", async () => {
  const draining = new AbortController();
  const forEver = async function* (_request: unknown, { signal }: { signal: AbortSignal }) {
    yield {};
    while (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
  };
  const { transport } = wired(({ service }) => {
    service(ChatQueryService, { streamChatUpdates: forEver });
    service(InferenceService, {
      async *watchRun() {
        yield {};
        while (!draining.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    });
  }, draining.signal);
  const read = async (stream: AsyncIterable<unknown>) => {
    for await (const _ of stream) setTimeout(() => draining.abort(), 10);
  };
  const updates = createClient(ChatQueryService, transport).streamChatUpdates({ chatId: uuidv7() });
  const run = createClient(InferenceService, transport).watchRun({ runId: uuidv7() });
  const [error] = await Promise.all([failureOf(read(updates)), read(run)]);
  expect([error.code, reasonsOf(error)]).toEqual([Code.Unavailable, ["UNAVAILABLE"]]);
});

it("a handler that waits at a yield is ended when its answer cannot be written", async () => {
  let ended = false;
  async function* endless() {
    try {
      for (;;) yield 1;
    } finally {
      ended = true;
    }
  }
  let over = 0;
  const observed = observeStream(endless(), { onEnd: () => (over += 1), onError: (error) => error });
  const iterator = observed[Symbol.asyncIterator]();
  await iterator.next();
  await expect(iterator.throw?.(new Error("broken pipe"))).rejects.toThrow("broken pipe");
  expect([ended, over]).toEqual([true, 1]);
});
