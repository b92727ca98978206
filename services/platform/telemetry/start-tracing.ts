import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

/** Sends spans to an OTLP collector. Without this, spans cost next to nothing and go nowhere. */
export function startTracing(endpoint: string): { stop(): Promise<void> } {
  const exporter = new OTLPTraceExporter({
    url: new URL("v1/traces", `${endpoint.replace(/\/$/, "")}/`).href,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": "ameide" }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register();
  return { stop: () => provider.shutdown() };
}
