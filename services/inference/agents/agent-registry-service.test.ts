import { AgentGraph } from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { saying, textOf } from "../../testing/messages.ts";
import { everyPage } from "../../testing/pages.ts";
import { refusalOf, refusalsOf } from "../../testing/refusal.ts";
import { startTestServer, type Caller, type TestServer } from "../../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const BUILT_IN = ["archimate", "bpmn", "review", "simple-chat", "tools"];

const asAdmin = () => server.as({ roles: ["admin"] });
const spec = {
  graph: AgentGraph.TOOL_LOOP,
  title: "Clerk",
  description: "Knows the time.",
  prompt: "You are a clerk.",
  tools: ["current_time"],
};
const register = (admin: Caller, version: string, fields: object = {}) =>
  admin.agentRegistry.registerAgentVersion({ agentId: "clerk", version, spec: { ...spec, ...fields } });
const agentOf = async (caller: Caller, agentId: string) => (await caller.agents.getAgent({ agentId })).agent;

async function answerOf(caller: Caller, agentId: string, text: string) {
  const { run } = await caller.inference.startRun({ requestId: uuidv7(), agentId, messages: [saying(text)] });
  const runId = run?.runId ?? "";
  for await (const _ of caller.inference.watchRun({ runId }));
  const ended = await caller.inference.getRun({ runId });
  return { version: ended.run?.agentVersion, text: textOf({ parts: ended.run?.parts ?? [] }) };
}

describe("an agent that an admin registers", () => {
  it("answers runs of its tenant at once, with the tools and the limits of its version", async () => {
    const admin = await asAdmin();
    const { version } = await register(admin, "1", { maxOutputTokens: 300 });
    expect(version).toMatchObject({
      agentId: "clerk",
      version: "1",
      builtIn: false,
      createdBy: admin.userId,
    });
    expect(version?.spec).toMatchObject({ maxOutputTokens: 300, maxModelCalls: 6 });
    const viewer = await admin.colleague("viewer");
    expect(await agentOf(viewer, "clerk")).toMatchObject({
      version: "1",
      tools: ["current_time"],
      maxOutputTokens: 300,
    });
    const { agents } = await viewer.agents.listAgents({});
    expect(agents.map(({ agentId }) => agentId)).toEqual([...BUILT_IN, "clerk"].toSorted());
    const answer = await answerOf(await admin.colleague("editor"), "clerk", "what time is it");
    expect(answer).toMatchObject({ version: "1", text: expect.stringContaining("It is **") });
    expect((await answerOf(admin, "clerk", "look up Order")).text).toContain("does not have the tool");
  });

  it("is unknown to every other tenant", async () => {
    const [admin, stranger] = [await asAdmin(), await asAdmin()];
    await register(admin, "1");
    expect((await refusalOf(stranger.agents.getAgent({ agentId: "clerk" }))).reason).toBe("AGENT_NOT_FOUND");
    const { agentRegistry } = stranger;
    const asked = [
      agentRegistry.getAgentSettings({ agentId: "clerk" }),
      agentRegistry.listAgentVersions({ agentId: "clerk" }),
      agentRegistry.getAgentVersion({ agentId: "clerk", version: "1" }),
      agentRegistry.setAgentOverride({ agentId: "clerk" }),
      agentRegistry.setAgentRollout({ agentId: "clerk", shares: [{ version: "1", percent: 100 }] }),
    ];
    expect(new Set((await refusalsOf(...asked)).map(({ reason }) => reason))).toEqual(
      new Set(["AGENT_NOT_FOUND"]),
    );
    await register(stranger, "1", { title: "Another clerk" });
    expect(await agentOf(admin, "clerk")).toMatchObject({ title: "Clerk" });
    expect(await agentOf(stranger, "clerk")).toMatchObject({ title: "Another clerk" });
  });

  it("is refused with all that is wrong, by path", async () => {
    const admin = await asAdmin();
    const bad = register(admin, "1", { graph: AgentGraph.CHAT, tools: ["nope"] });
    const { code, reason, metadata } = await refusalOf(bad);
    expect([code, reason]).toEqual(["InvalidArgument", "AGENT_DEFINITION_INVALID"]);
    expect(Object.keys(metadata).toSorted()).toEqual(["spec.tools", "spec.tools[0]"]);
    const builtIn = admin.agentRegistry.registerAgentVersion({ agentId: "tools", version: "9", spec });
    expect((await refusalOf(builtIn)).metadata).toHaveProperty("agent_id");
    const reserved = admin.agentRegistry.registerAgentVersion({ agentId: "ameide-x", version: "1", spec });
    expect((await refusalOf(reserved)).metadata).toHaveProperty("agent_id");
    expect((await refusalOf(admin.agents.getAgent({ agentId: "clerk" }))).reason).toBe("AGENT_NOT_FOUND");
  });

  it("is only looked at with validate_only", async () => {
    const admin = await asAdmin();
    const request = { agentId: "clerk", version: "1", spec, requestId: uuidv7() };
    const { version } = await admin.agentRegistry.registerAgentVersion({ ...request, validateOnly: true });
    expect(version?.spec).toMatchObject({ maxOutputTokens: 1024 });
    expect((await refusalOf(admin.agents.getAgent({ agentId: "clerk" }))).reason).toBe("AGENT_NOT_FOUND");
    await admin.agentRegistry.registerAgentVersion(request);
    const taken = { ...request, requestId: uuidv7(), validateOnly: true };
    expect((await refusalOf(admin.agentRegistry.registerAgentVersion(taken))).reason).toBe(
      "AGENT_VERSION_EXISTS",
    );
  });

  it("keeps each version as it is, and a repeated request gets its first answer", async () => {
    const admin = await asAdmin();
    const request = { agentId: "clerk", version: "1", spec, requestId: uuidv7() };
    const first = await admin.agentRegistry.registerAgentVersion(request);
    expect(await admin.agentRegistry.registerAgentVersion(request)).toEqual(first);
    const again = await refusalOf(register(admin, "1", { title: "Changed" }));
    expect(again).toMatchObject({ code: "AlreadyExists", reason: "AGENT_VERSION_EXISTS" });
    expect(
      (await refusalOf(admin.agentRegistry.registerAgentVersion({ ...request, version: "2" }))).reason,
    ).toBe("REQUEST_ID_REUSED");
  });

  it("lists its versions page by page, oldest first; so does a built-in one", async () => {
    const admin = await asAdmin();
    for (const version of ["1", "2", "2.1"]) await register(admin, version);
    const pages = await everyPage(async (pageToken) => {
      const page = await admin.agentRegistry.listAgentVersions({ agentId: "clerk", pageSize: 2, pageToken });
      return { items: page.versions.map(({ version }) => version), nextPageToken: page.nextPageToken };
    });
    expect(pages).toEqual([["1", "2"], ["2.1"]]);
    const { versions } = await admin.agentRegistry.listAgentVersions({ agentId: "simple-chat" });
    expect(versions[0]).toMatchObject({ version: "1", builtIn: true, spec: { graph: AgentGraph.CHAT } });
  });

  it("is registered once of those who try at the same moment", async () => {
    const admin = await asAdmin();
    const tried = await Promise.allSettled(Array.from({ length: 8 }, () => register(admin, "1")));
    expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });
});

describe("the agent `tools`", () => {
  it("calculates exactly, and says why it cannot", async () => {
    const alice = await server.as();
    expect((await answerOf(alice, "tools", "calculate (2^100 - 1) / 3")).text).toBe(
      "That is **422550200076076467165567735125**.",
    );
    expect((await answerOf(alice, "tools", "what is 1/0?")).text).toContain("it divides by zero");
  });
});

describe("a rollout", () => {
  it("gives each chat one version and moves no more chats than it must", async () => {
    const admin = await asAdmin();
    await register(admin, "1");
    await register(admin, "2");
    const shares = (percent: number) => [
      { version: "1", percent: 100 - percent },
      { version: "2", percent },
    ];
    const roll = (percent: number) =>
      admin.agentRegistry.setAgentRollout({ agentId: "clerk", shares: shares(percent) });
    const people = await Promise.all(Array.from({ length: 30 }, () => admin.colleague("viewer", uuidv7())));
    const versions = () => Promise.all(people.map(async (one) => (await agentOf(one, "clerk"))?.version));
    const { settings } = await roll(50);
    expect(settings).toMatchObject({ customized: true, builtIn: false, shares: shares(50) });
    const half = await versions();
    expect(await versions()).toEqual(half);
    expect(new Set(half)).toEqual(new Set(["1", "2"]));
    await roll(80);
    const most = await versions();
    expect(half.every((version, i) => version === "1" || most[i] === "2")).toBe(true);
    await roll(100);
    expect(new Set(await versions())).toEqual(new Set(["2"]));
  });

  it("is refused when it does not add up, names what is not there, or was made up for other settings", async () => {
    const admin = await asAdmin();
    await register(admin, "1");
    const set = (shares: { version: string; percent: number }[], etag = "") =>
      refusalOf(admin.agentRegistry.setAgentRollout({ agentId: "clerk", shares, etag }));
    expect((await set([{ version: "1", percent: 99 }])).metadata).toHaveProperty("shares");
    expect((await set([{ version: "7", percent: 100 }])).metadata).toHaveProperty(["shares[0].version"]);
    expect((await set([])).metadata).toHaveProperty("shares");
    expect((await set([{ version: "1", percent: 100 }], "v99")).reason).toBe("VERSION_MISMATCH");
    const twice = [
      { version: "1", percent: 50 },
      { version: "1", percent: 50 },
    ];
    expect((await set(twice)).reason).toBe("SCHEMA_VIOLATION");
  });
});

describe("settings", () => {
  // Seen to fail when the etag is not compared: all eight are then set, one over the other.
  it("that eight admins read and set at the same moment are set by one of them", async () => {
    const admin = await asAdmin();
    const { settings } = await admin.agentRegistry.getAgentSettings({ agentId: "tools" });
    const set = (n: number) =>
      admin.agentRegistry.setAgentOverride({
        agentId: "tools",
        override: { maxOutputTokens: 100 + n },
        etag: settings?.etag ?? "",
      });
    const tried = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => set(n)));
    expect(tried.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const after = await admin.agentRegistry.getAgentSettings({ agentId: "tools" });
    expect(after.settings).toMatchObject({ overrideNumber: 1 });
    expect(after.settings?.etag).not.toBe(settings?.etag);
  });

  it("are the operator's until the tenant sets them, and again when it takes them back", async () => {
    const admin = await asAdmin();
    const { agentRegistry } = admin;
    const before = (await agentRegistry.getAgentSettings({ agentId: "tools" })).settings;
    expect(before).toMatchObject({ builtIn: true, customized: false, overrideNumber: 0 });
    const shares = [{ version: "1", percent: 100 }];
    const { settings } = await agentRegistry.setAgentRollout({ agentId: "tools", shares });
    expect(settings).toMatchObject({ customized: true, shares });
    expect((await agentOf(admin, "tools"))?.version).toBe("1");
    const back = await agentRegistry.setAgentRollout({ agentId: "tools" });
    expect(back.settings).toMatchObject({ customized: false, shares: before?.shares ?? [] });
  });
});

describe("an override", () => {
  it("adds to the prompt, takes tools away and lowers limits, of a built-in agent for one tenant", async () => {
    const [admin, stranger] = [await asAdmin(), await asAdmin()];
    const before = await agentOf(stranger, "tools");
    const { settings } = await admin.agentRegistry.setAgentOverride({
      agentId: "tools",
      override: {
        promptAddendum: "Answer in French.",
        onlyTools: { tools: ["current_time"] },
        maxOutputTokens: 99,
      },
    });
    expect(settings).toMatchObject({ builtIn: true, customized: false, overrideNumber: 1 });
    const version = `${before?.version}+1`;
    expect(await agentOf(admin, "tools")).toMatchObject({
      version,
      tools: ["current_time"],
      maxOutputTokens: 99,
    });
    expect(await agentOf(stranger, "tools")).toEqual(before);
    const answer = await answerOf(admin, "tools", "look up Order");
    expect(answer).toMatchObject({ version, text: expect.stringContaining("does not have the tool") });
    const stored = await admin.agentRegistry.getAgentVersion({ agentId: "tools", version });
    expect(stored.version).toMatchObject({ version, builtIn: true });
    expect(stored.version?.spec?.prompt).toMatch(/^You are .*\n\nAnswer in French\.$/s);
  });

  it("never raises a limit nor adds a tool", async () => {
    const admin = await asAdmin();
    await register(admin, "1", { maxOutputTokens: 50, maxModelCalls: 2 });
    await admin.agentRegistry.setAgentOverride({
      agentId: "clerk",
      override: {
        onlyTools: { tools: ["current_time", "look_up_artifact"] },
        maxOutputTokens: 5000,
        maxModelCalls: 20,
      },
    });
    const { version } = await admin.agentRegistry.getAgentVersion({ agentId: "clerk", version: "1+1" });
    expect(version?.spec).toMatchObject({ tools: ["current_time"], maxOutputTokens: 50, maxModelCalls: 2 });
  });

  it("pins a version against the rollout, and is taken away by an empty one", async () => {
    const admin = await asAdmin();
    await register(admin, "1");
    await register(admin, "2");
    const { agentRegistry } = admin;
    await agentRegistry.setAgentOverride({ agentId: "clerk", override: { pinnedVersion: "2" } });
    expect((await agentOf(admin, "clerk"))?.version).toBe("2");
    const { settings } = await agentRegistry.setAgentOverride({ agentId: "clerk" });
    expect(settings).toMatchObject({ overrideNumber: 0 });
    expect(settings?.override).toBeUndefined();
    expect((await agentOf(admin, "clerk"))?.version).toBe("1");
  });

  it("switches an agent off for new runs, but never the one that answers by default", async () => {
    const admin = await asAdmin();
    const switchOff = (agentId: string) =>
      admin.agentRegistry.setAgentOverride({ agentId, override: { disabled: true } });
    await switchOff("tools");
    const left = (await admin.agents.listAgents({})).agents.map(({ agentId }) => agentId);
    expect(left).toEqual(BUILT_IN.filter((agentId) => agentId !== "tools"));
    expect((await refusalOf(answerOf(admin, "tools", "hi"))).reason).toBe("AGENT_NOT_FOUND");
    expect((await refusalOf(switchOff("simple-chat"))).metadata).toHaveProperty(["override.disabled"]);
    await admin.agentRegistry.setAgentOverride({ agentId: "tools" });
    expect((await agentOf(admin, "tools"))?.agentId).toBe("tools");
  });
});
