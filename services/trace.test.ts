import { setTimeout as sleep } from "node:timers/promises";
import { trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "./testing/test-server.ts";

const spans = new InMemorySpanExporter();
let server: TestServer;
beforeAll(async () => {
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }).register();
  server = await startTestServer();
});
afterAll(async () => {
  await server.stop();
  trace.disable();
});

it("one trace goes from the request over the command, the database and the run to the model and its tool", async () => {
  const alice = await server.as();
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const headers = { traceparent: `00-${traceId}-00f067aa0ba902b7-01` };
  const parts = [{ kind: { case: "text" as const, value: { text: "what time is it" } } }];
  const run = { requestId: crypto.randomUUID(), agentId: "tools", messages: [{ parts }] };
  for await (const _ of alice.inference.generate({ run }, { headers }));
  const ofTrace = () => spans.getFinishedSpans().filter((span) => span.spanContext().traceId === traceId);
  await expect.poll(() => ofTrace().map((span) => span.name)).toContain("run.attempt");
  await sleep(50);

  const found = ofTrace();
  expect(new Set(found.map((span) => span.name))).toEqual(
    new Set([
      "ameide.inference.v1.InferenceService/Generate",
      "command StartRun",
      "db.transaction",
      "db.query",
      "run.attempt",
      "model.call",
      "tool.call",
    ]),
  );
  const ids = new Set(found.map((span) => span.spanContext().spanId));
  const orphans = found.filter((span) => !ids.has(span.parentSpanContext?.spanId ?? ""));
  expect(orphans.map((span) => span.name)).toEqual(["ameide.inference.v1.InferenceService/Generate"]);
  const said = JSON.stringify(found.map((span) => [span.name, span.attributes, span.events]));
  expect(said).not.toContain("what time is it");
});
