import { setTimeout as sleep } from "node:timers/promises";
import { AgentGraph } from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAmeide, type Ameide } from "../../../sdk/ts/src/index.ts";
import { canCluster } from "../can-cluster.ts";
import { saying } from "../messages.ts";
import { devToken } from "../processes.ts";
import { createRunLine, readInto } from "../run-line.ts";
import type { PrivateCluster } from "./private-cluster.ts";
import { startTestCluster } from "./test-cluster.ts";

const agentId = "clerk";
const spec = {
  graph: AgentGraph.TOOL_LOOP,
  title: "Clerk",
  prompt: "You are a clerk.",
  tools: ["current_time", "calculate"],
};

describe.skipIf(!canCluster())("an agent that is registered on one gateway", () => {
  let cluster: PrivateCluster;
  let here: Ameide;
  let there: Ameide;
  beforeAll(async () => {
    cluster = await startTestCluster({ gateways: 2 });
    const [first = "", second = ""] = cluster.gateways.map(({ baseUrl }) => baseUrl);
    const token = await devToken(first, "ada");
    here = createAmeide({ baseUrl: first, token });
    there = createAmeide({ baseUrl: second, token });
  }, 120_000);
  afterAll(() => cluster.remove(), 60_000);

  const versionThere = () =>
    there.agents.getAgent({ agentId }).then(
      ({ agent }) => agent?.version,
      () => "none",
    );
  /** Asks all the time, so that the other gateway always remembers what was before. */
  const untilThere = async (version: string) => {
    while ((await versionThere()) !== version) await sleep(20);
  };
  async function answerOf(text: string) {
    const messages = [saying(text)];
    const started = await there.inference.startRun({ requestId: crypto.randomUUID(), agentId, messages });
    const runId = started.run?.runId ?? "";
    const line = createRunLine();
    await readInto(line, there.inference.watchRun({ runId }));
    const { run } = await there.inference.getRun({ runId });
    return { state: line.state, text: line.text, version: run?.agentVersion };
  }

  it("is there on the other, and an executor that never heard of it executes it, with its tools", async () => {
    expect(await versionThere()).toBe("none");
    await here.agentRegistry.registerAgentVersion({ agentId, version: "1", spec });
    await untilThere("1");
    expect(await answerOf("calculate 6 * 7")).toEqual({
      state: RunState.COMPLETED,
      text: "That is **42**.",
      version: "1",
    });
  });

  it("is overridden there, too, also while NATS is away", async () => {
    await here.agentRegistry.setAgentOverride({ agentId, override: { onlyTools: { tools: [] } } });
    await untilThere("1+1");
    const refused = await answerOf("calculate 6 * 7");
    expect(refused).toMatchObject({
      version: "1+1",
      text: expect.stringContaining("does not have the tool"),
    });
    cluster.nats.pause();
    await here.agentRegistry.setAgentOverride({ agentId, override: { maxOutputTokens: 77 } });
    await untilThere("1+2");
    cluster.nats.resume();
    expect((await there.agents.getAgent({ agentId })).agent).toMatchObject({ maxOutputTokens: 77 });
  });
});
