import {
  AgentGraph,
  AgentOverrideSchema,
  AgentSpecSchema,
} from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import {
  RegisterAgentVersionRequestSchema,
  SetAgentOverrideRequestSchema,
  SetAgentRolloutRequestSchema,
} from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import { create } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AppError } from "../../platform/errors/app-error.ts";
import { forEachDatabase, type GivenDatabase } from "../../testing/databases.ts";
import { actorOf, openTestSlices, type TestSlices } from "../../testing/test-slices.ts";
import { agentStream, evolveAgent, newAgent, type AgentChange } from "./agent-state.ts";
import { findAgentState, listVersions } from "./agent-store.ts";
import { registerAgentVersion } from "./register-agent-version.ts";
import { setAgentOverride } from "./set-agent-override.ts";
import { setAgentRollout } from "./set-agent-rollout.ts";

const agentId = "clerk";
const version = fc.constantFrom("1", "2", "3");
const command = fc.oneof(
  fc.record({ kind: fc.constant("register" as const), version }),
  fc.record({ kind: fc.constant("roll" as const), version, percent: fc.constantFrom(50, 100) }),
  fc.record({ kind: fc.constant("override" as const), addendum: fc.constantFrom("", "Be brief.") }),
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

async function execute(
  slices: TestSlices,
  admin: ReturnType<typeof actorOf>,
  wanted: Command,
): Promise<void> {
  if (wanted.kind === "register") {
    const spec = create(AgentSpecSchema, { graph: AgentGraph.CHAT, title: wanted.version, prompt: "Do." });
    const request = { agentId, version: wanted.version, spec };
    await registerAgentVersion(slices, admin, create(RegisterAgentVersionRequestSchema, request));
  } else if (wanted.kind === "roll") {
    const shares = [{ version: wanted.version, percent: wanted.percent }];
    await setAgentRollout(slices, admin, create(SetAgentRolloutRequestSchema, { agentId, shares }));
  } else {
    const override = create(AgentOverrideSchema, { promptAddendum: wanted.addendum });
    await setAgentOverride(slices, admin, create(SetAgentOverrideRequestSchema, { agentId, override }));
  }
}

function suite(given: GivenDatabase): void {
  let slices: TestSlices;
  beforeAll(async () => {
    slices = await openTestSlices({ database: given().database });
  });
  afterAll(() => slices.close());

  it("the row of an agent is the fold of its events, and refused commands leave nothing", async () => {
    const property = fc.asyncProperty(fc.array(command, { maxLength: 12 }), async (commands) => {
      const admin = actorOf({ roles: ["admin"] });
      const reader = slices.database.reader(admin.tenantId);
      for (const wanted of commands) {
        await execute(slices, admin, wanted).catch((error: unknown) => {
          if (!(error instanceof AppError)) throw error;
        });
      }
      const stored = await slices.events.read(reader, agentStream(agentId));
      const fold = stored.reduce(
        (agent, event) => evolveAgent(agent, event.data as AgentChange, event),
        newAgent(agentId),
      );
      expect((await findAgentState(reader, agentId)) ?? newAgent(agentId)).toEqual(fold);
      const versions = await listVersions(reader, agentId, { after: 0, limit: 10 });
      expect(versions.map(({ number }) => number)).toEqual(versions.map((_, i) => i + 1));
      expect(versions).toHaveLength(fold.versions);
      expect(new Set(stored.map(({ metadata }) => metadata.userId))).toEqual(
        new Set(stored.length > 0 ? [admin.userId] : []),
      );
    });
    await fc.assert(property, { numRuns: 25 });
  });
}

describe("agents as stored", () => {
  forEachDatabase(suite);
});
