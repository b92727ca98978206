import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { createClient } from "@connectrpc/connect";
import { SpanStatusCode } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import {
  CHAT,
  failureOf,
  infosOf,
  startStubChats,
  transportsTo,
  type StubChats,
} from "../testing/stub-chats.ts";
import { STUB_TOKEN } from "../testing/stub-gateway.ts";

const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
let stub: StubChats;
beforeAll(async () => {
  provider.register();
  stub = await startStubChats();
});
afterAll(async () => {
  await stub.gateway.close();
  await provider.shutdown();
});
beforeEach(() => exporter.reset());

const chats = (token: string | undefined = STUB_TOKEN) =>
  createClient(ChatQueryService, transportsTo(stub.gateway.baseUrl, token).connect);
const spans = () =>
  exporter.getFinishedSpans().map((span) => ({
    name: span.name,
    traceId: span.spanContext().traceId,
    parent: span.parentSpanContext?.spanId,
    status: span.status.code,
  }));

it("a call is one span under the caller's, and the error names its trace", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01` };
  const error = await failureOf(chats().getChat({ chatId: CHAT.boom }, { headers }));
  expect(infosOf(error)[0]?.metadata).toEqual({ trace_id: traceId });
  const name = "ameide.chat.v1.ChatQueryService/GetChat";
  expect(spans()).toEqual([{ name, traceId, parent: "b7ad6b7169203331", status: SpanStatusCode.ERROR }]);
});

it("without a caller's trace, the error and the log name the span's own", async () => {
  const error = await failureOf(chats().getChat({ chatId: CHAT.boom }));
  const [span] = spans();
  expect(infosOf(error)[0]?.metadata).toEqual({ trace_id: span?.traceId });
  expect(stub.gateway.lines.at(-1)).toMatchObject({ level: "error", traceId: span?.traceId });
});

it("a stranger's call ends its span at the gate, a stream's ends with the stream", async () => {
  await failureOf(chats("").getChat({ chatId: CHAT.good }));
  expect(spans()).toMatchObject([{ status: SpanStatusCode.ERROR }]);
  const inference = createClient(InferenceService, transportsTo(stub.gateway.baseUrl, STUB_TOKEN).connect);
  const leave = new AbortController();
  const reading = (async () => {
    for await (const _ of inference.watchRun({ runId: uuidv7() }, { signal: leave.signal })) {
      expect(spans()).toHaveLength(1);
      leave.abort();
    }
  })();
  await failureOf(reading);
  await expect
    .poll(() => spans().map(({ name }) => name))
    .toContain("ameide.inference.v1.InferenceService/WatchRun");
});
