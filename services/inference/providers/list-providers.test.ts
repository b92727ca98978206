import {
  BreakerState,
  ModelCapability,
  ProviderKind,
} from "@ameide/proto/ameide/inference/v1/provider_pb.js";
import { ListProvidersRequestSchema } from "@ameide/proto/ameide/inference/v1/provider_service_pb.js";
import { Code } from "@connectrpc/connect";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createModelFactory } from "../../execution/models/model-factory.ts";
import { DEFAULT_PATIENCE } from "../../execution/models/patience.ts";
import { ProviderFailed } from "../../execution/models/provider-failure.ts";
import { healthReport, startHealthReports } from "../../execution/models/report-health.ts";
import { forEachDatabase, type GivenDatabase } from "../../testing/databases.ts";
import { configOf } from "../../testing/fake-provider.ts";
import { startFakeOpenAiServer, type FakeOpenAiServer } from "../../testing/fake-openai-server.ts";
import { startTestServer, type TestServer } from "../../testing/test-server.ts";
import { actorOf } from "../../testing/test-slices.ts";
import { listProviders } from "./list-providers.ts";
import { saveHealth } from "./provider-health-store.ts";

describe("over the real server", () => {
  let fake: FakeOpenAiServer;
  let server: TestServer;
  beforeAll(async () => {
    fake = await startFakeOpenAiServer();
    const providers = [configOf(fake.baseUrl, "acme", { mask_pii: true, max_parallel: 7 })];
    server = await startTestServer({ MODEL_PROVIDERS: JSON.stringify(providers) });
  });
  afterAll(async () => {
    await server.stop();
    await fake.close();
  });

  it("an editor sees each provider, its models and how they are; a viewer is refused", async () => {
    const editor = await server.as();
    const told = await vi.waitFor(async () => {
      const { providers } = await editor.providers.listProviders({});
      expect(providers[0]?.models[0]?.executors).toBe(1);
      return providers;
    });
    expect(told).toMatchObject([
      { providerId: "acme", kind: ProviderKind.OPENAI, masksPii: true, maxParallel: 7 },
    ]);
    expect(told[0]?.models).toMatchObject([
      {
        model: "acme/fake-1",
        breaker: BreakerState.CLOSED,
        inFlight: 0,
        maxOutputTokens: 4096,
        price: { inputMicros: 1n, outputMicros: 1n },
        capabilities: [ModelCapability.TOOLS, ModelCapability.JSON],
      },
    ]);
    expect(JSON.stringify(told, (_, v: unknown) => (typeof v === "bigint" ? Number(v) : v))).not.toContain(
      "sk-",
    );
    const viewer = await editor.colleague("viewer");
    await expect(viewer.providers.listProviders({})).rejects.toMatchObject({ code: Code.PermissionDenied });
  });
});

forEachDatabase((given: GivenDatabase) => {
  const now = new Date("2026-11-20T10:00:00Z");
  const list = (at = now, providers = [configOf("http://127.0.0.1:1/v1", `p${at.getTime() % 1000}`)]) =>
    listProviders(
      { database: given().database, providers, now: () => at },
      actorOf(),
      create(ListProvidersRequestSchema, {}),
    );
  const report = (fields: object = {}) => ({
    model: "acme/fake-1",
    breaker: "closed" as const,
    inFlight: 1,
    successPercent: 100,
    firstTokenMilliseconds: 100,
    failure: "",
    failTime: null,
    ...fields,
  });
  const save = (id: string, fields: object, at = now) =>
    given().database.systemTransaction((tx) => saveHealth(tx, id, [report(fields)], at));

  it("puts together what the executors told, and leaves out who is gone", async () => {
    const failTime = new Date(now.getTime() - 3_000);
    await save("a", { inFlight: 2, successPercent: 90, firstTokenMilliseconds: 200 });
    await save("b", { breaker: "open", successPercent: 0, failure: "failed (500)", failTime });
    await save("c", { breaker: "open", inFlight: 50 }, new Date(now.getTime() - 60_000));
    await save("a", { inFlight: 3, successPercent: 90, firstTokenMilliseconds: 200 });
    const { providers } = await list(now, [configOf("http://127.0.0.1:1/v1")]);
    expect(providers?.[0]?.models?.[0]).toMatchObject({
      breaker: BreakerState.OPEN,
      inFlight: 4,
      executors: 2,
      successPercent: 45,
      firstTokenLatency: { nanos: 150_000_000 },
      lastFailure: { what: "failed (500)" },
    });
  });

  it("says nothing of a model that no executor has told of, and shows the offline model without any other", async () => {
    const later = new Date(now.getTime() + 3_600_000);
    expect((await list(later)).providers?.[0]?.models?.[0]).not.toHaveProperty("breaker");
    expect((await list(later, [])).providers).toMatchObject([
      { providerId: "offline", kind: ProviderKind.BUILT_IN, models: [{ model: "offline/offline" }] },
    ]);
  });

  it("shows what happens to an executor's calls until it stops", async () => {
    const { database } = given();
    const providers = [configOf("http://127.0.0.1:1/v1", "live")];
    const options = { providers, offlineTokensPerSecond: 0, patience: DEFAULT_PATIENCE };
    const factory = createModelFactory(options);
    const guard = factory.find("live/fake-1")?.guard;
    for (let i = 0; i < 5; i += 1) guard?.begin().failed(new ProviderFailed("cannot be reached"));
    guard?.begin().begun();
    await Promise.resolve();
    const at = new Date();
    const reports = startHealthReports({
      database,
      executorId: "live",
      health: () => factory.list().map(healthReport),
      now: () => at,
      warn: () => undefined,
    });
    const model = await vi.waitFor(async () => {
      const [provider] = (await list(at, providers)).providers ?? [];
      expect(provider?.models?.[0]).toHaveProperty("executors", 1);
      return provider?.models?.[0];
    });
    expect(model).toMatchObject({
      breaker: BreakerState.OPEN,
      inFlight: 1,
      successPercent: 0,
      lastFailure: { what: "cannot be reached" },
    });
    await reports.stop();
    expect((await list(at, providers)).providers?.[0]?.models?.[0]).not.toHaveProperty("breaker");
  });
});
