import { setTimeout as sleep } from "node:timers/promises";
import { AgentGraph, type AgentOverrideSchema } from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import {
  RegisterAgentVersionRequestSchema,
  SetAgentOverrideRequestSchema,
  SetAgentRolloutRequestSchema,
} from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Bus } from "../../platform/bus/bus.ts";
import { createInProcessBus } from "../../platform/bus/in-process-bus.ts";
import type { Database } from "../../platform/db/database.ts";
import { forEachDatabase, type GivenDatabase } from "../../testing/databases.ts";
import { configOf } from "../../testing/fake-provider.ts";
import { startFakeOpenAiServer, type FakeOpenAiServer } from "../../testing/fake-openai-server.ts";
import { actorOf, openTestSlices, type TestSlices } from "../../testing/test-slices.ts";
import { createAgentRegistry, type AgentDefinition } from "../agent-registry.ts";
import { createModelCatalog } from "../model-catalog.ts";
import { findRun } from "../store.ts";
import { BUILT_IN_AGENTS } from "./built-in-agents.ts";
import { registerAgentVersion } from "./register-agent-version.ts";
import { setAgentOverride } from "./set-agent-override.ts";
import { setAgentRollout } from "./set-agent-rollout.ts";

const spec = { graph: AgentGraph.CHAT, title: "Clerk", prompt: "You are clerk one." };
const admin = () => actorOf({ roles: ["admin"] });

let provider: FakeOpenAiServer;
beforeAll(async () => {
  provider = await startFakeOpenAiServer();
});
afterAll(() => provider.close());

const opened: TestSlices[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((slices) => slices.close()));
});

/** The domain of one process, over a database that others share. */
async function processOn(database: Database, bus: Bus = createInProcessBus()): Promise<TestSlices> {
  const slices = await openTestSlices({ database, bus, providers: [configOf(provider.baseUrl)] });
  opened.push(slices);
  return slices;
}

type Who = ReturnType<typeof actorOf>;
const register = (slices: TestSlices, who: Who, version: string, prompt = spec.prompt) =>
  registerAgentVersion(
    slices,
    who,
    create(RegisterAgentVersionRequestSchema, { agentId: "clerk", version, spec: { ...spec, prompt } }),
  );
const override = (slices: TestSlices, who: Who, change: MessageInitShape<typeof AgentOverrideSchema>) =>
  setAgentOverride(
    slices,
    who,
    create(SetAgentOverrideRequestSchema, { agentId: "clerk", override: change }),
  );
const versionIn = async ({ agents, database }: TestSlices, { tenantId, userId }: Who) =>
  (await agents.get(database.reader(tenantId), "clerk", userId)).version;

function suite(given: GivenDatabase): void {
  it("a change is seen by every process that hears of it, at once", async () => {
    const bus = createInProcessBus();
    const here = await processOn(given().database, bus);
    const there = await processOn(given().database, bus);
    const alice = admin();
    await register(here, alice, "1");
    expect(await versionIn(there, alice)).toBe("1");
    await override(here, alice, { promptAddendum: "Be brief." });
    expect(await versionIn(there, alice)).toBe("1+1");
    await register(there, alice, "2");
    const shares = [{ version: "2", percent: 100 }];
    await setAgentRollout(there, alice, create(SetAgentRolloutRequestSchema, { agentId: "clerk", shares }));
    expect(await versionIn(here, alice)).toBe("2+1");
  });

  // Seen to fail with `freshMilliseconds` of a minute: then only the bus brings changes.
  it("a process whose wake-up was lost sees the change within a second", async () => {
    const here = await processOn(given().database);
    const deaf = await processOn(given().database);
    const alice = admin();
    await register(here, alice, "1");
    expect(await versionIn(deaf, alice)).toBe("1");
    await override(here, alice, { promptAddendum: "Be brief." });
    const changedAt = performance.now();
    while ((await versionIn(deaf, alice)) === "1" && performance.now() - changedAt < 5000) await sleep(20);
    expect(await versionIn(deaf, alice)).toBe("1+1");
  });

  // Seen to fail when a run's version leaves out the number of the override.
  it("a run keeps the version and the override it was admitted with, also in a process that knew neither", async () => {
    const here = await processOn(given().database);
    const alice = admin();
    await register(here, alice, "1");
    await override(here, alice, { promptAddendum: "Be brief." });
    const runId = await here.start(alice, "Hello", { agentId: "clerk" });
    await register(here, alice, "2", "You are clerk two.");
    await override(here, alice, { pinnedVersion: "2", promptAddendum: "Be long." });
    const later = await here.start(alice, "Hello again", { agentId: "clerk" });

    const fresh = await processOn(given().database);
    fresh.startLoop({ executorId: "fresh" });
    const reader = given().database.reader(alice.tenantId);
    for (const id of [runId, later]) for await (const _ of fresh.watch(alice, id));
    expect(await findRun(reader, runId)).toMatchObject({ agentVersion: "1+1", state: RunState.COMPLETED });
    expect(await findRun(reader, later)).toMatchObject({ agentVersion: "2+2", state: RunState.COMPLETED });
    const prompts = provider.requests.map(({ body }) => body.messages[0]?.content);
    expect(prompts).toContain("You are clerk one.\n\nBe brief.");
    expect(prompts).toContain("You are clerk two.\n\nBe long.");
  });
}

describe("agents on many processes", () => {
  forEachDatabase(suite);
});

describe("the operator's rollout", () => {
  const [first] = BUILT_IN_AGENTS as readonly [AgentDefinition];
  const builtIns = [first, { ...first, version: "2" }];
  const registryWith = (rollouts: Parameters<typeof createAgentRegistry>[1] = {}) =>
    createAgentRegistry(createModelCatalog([]), { builtIns, ...rollouts });
  const shareOfTwo = { version: "2", percent: 100 };
  const shareOfOne = { version: "1", percent: 100 };
  const asked = (tenantId: string) => ({ agentId: first.agentId, shares: [], tenantId });

  it("is the newest version unless it is set, and may be set for some tenants first", () => {
    const { tenantId } = actorOf();
    const sharesIn = (registry: ReturnType<typeof registryWith>, id: string) =>
      registry.sharesOf(id, asked(id));
    expect(sharesIn(registryWith(), tenantId)).toEqual([shareOfTwo]);
    const rolled = registryWith({
      rollouts: [
        { agent_id: first.agentId, tenants: [tenantId], shares: [shareOfTwo] },
        { agent_id: first.agentId, shares: [shareOfOne] },
      ],
    });
    expect(sharesIn(rolled, tenantId)).toEqual([shareOfTwo]);
    expect(sharesIn(rolled, actorOf().tenantId)).toEqual([shareOfOne]);
  });

  it("of what does not exist stops the start", () => {
    const rollouts = [{ agent_id: first.agentId, shares: [{ version: "9", percent: 100 }] }];
    expect(() => registryWith({ rollouts })).toThrow(/AGENT_ROLLOUTS: .* of version 9/);
  });
});
