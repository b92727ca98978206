import { BudgetWindow } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import { ChatVisibility } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { metadataOf, reasonOf } from "../../sdk/ts/src/index.ts";
import { createRunLine, readInto, textOf } from "../testing/run-line.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const saying = (text: string) => ({ parts: [{ kind: { case: "text" as const, value: { text } } }] });
const refused = (work: Promise<unknown>) => work.then(() => "none", reasonOf);

async function run(caller: Caller, text: string, fields = {}): Promise<string> {
  const request = { requestId: crypto.randomUUID(), messages: [saying(text)], ...fields };
  const line = await readInto(createRunLine(), caller.inference.generate({ run: request }));
  expect(line.faults).toEqual([]);
  return line.frames[0]?.runId ?? "";
}

const idsOf = async (caller: Caller, request = {}) =>
  (await caller.inference.listRuns(request)).runs.map(({ runId }) => runId);

describe("the list of runs", () => {
  it("shows the caller's own, an admin the tenant's, newest first, page by page, without their parts", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("editor");
    const admin = await alice.colleague("admin");
    const mine: string[] = [];
    for (let i = 0; i < 5; i++) mine.unshift(await run(alice, `echo ${i}`));
    const theirs = await run(bob, "echo bob's");
    expect(await idsOf(alice)).toEqual(mine);
    expect(await idsOf(bob)).toEqual([theirs]);
    expect(await idsOf(admin)).toEqual([theirs, ...mine]);
    expect(await idsOf(await server.as())).toEqual([]);
    const first = await alice.inference.listRuns({ pageSize: 3 });
    const { nextPageToken: pageToken } = first;
    expect([
      ...first.runs.map(({ runId }) => runId),
      ...(await idsOf(alice, { pageSize: 3, pageToken })),
    ]).toEqual(mine);
    expect(first.runs[0]).toMatchObject({ state: RunState.COMPLETED, parts: [], userId: alice.userId });
    expect(await idsOf(alice, { states: [RunState.FAILED] })).toEqual([]);
    expect(await idsOf(alice, { states: [RunState.COMPLETED, RunState.FAILED] })).toEqual(mine);
    expect(await refused(alice.inference.getRun({ runId: theirs }))).toBe("RUN_NOT_FOUND");
    expect(await refused(alice.inference.getRun({ runId: uuidv7() }))).toBe("RUN_NOT_FOUND");
    expect((await admin.inference.getRun({ runId: theirs })).run?.parts).toHaveLength(1);
  });

  it("of a chat shows everybody's runs to those who may read the chat", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("editor");
    const { chat } = await alice.chatCommands.createChat({ visibility: ChatVisibility.TENANT });
    const chatId = chat?.chatId ?? "";
    const ids = [await run(bob, "echo b", { chatId }), await run(alice, "echo a", { chatId })].toReversed();
    await run(alice, "echo elsewhere");
    expect(await idsOf(bob, { chatId })).toEqual(ids);
    expect(await idsOf(alice, { chatId })).toEqual(ids);
    await alice.chatCommands.updateVisibility({ chatId, visibility: ChatVisibility.PRIVATE });
    expect(await idsOf(bob, { chatId })).toEqual([ids[1]]);
    expect(await refused(run(bob, "echo again", { chatId }))).toBe("CHAT_NOT_FOUND");
  });
});

describe("a batch", () => {
  it("answers each item, in order; what the budget has no room for is refused alone", async () => {
    const alice = await server.as();
    const admin = await alice.colleague("admin");
    const items = ["one", "two", "three"].map((text) => ({ messages: [saying(`echo ${text}`)] }));
    const { results } = await alice.inference.generateBatch({ requestId: crypto.randomUUID(), items });
    expect(
      results.map(({ outcome }) =>
        outcome.case === "run" ? [outcome.value.state, textOf(outcome.value.parts)] : [],
      ),
    ).toEqual(["one", "two", "three"].map((text) => [RunState.COMPLETED, text]));

    const long = { messages: [saying(`echo ${"long ".repeat(3000)}`)] };
    const options = { maxOutputTokens: 100 };
    await admin.budgets.setBudget({ window: BudgetWindow.DAY, limitMicros: 2000n });
    const mixed = await alice.inference.generateBatch({
      requestId: crypto.randomUUID(),
      items: [long, ...items.slice(0, 1)],
      options,
    });
    expect(mixed.results.map(({ outcome }) => outcome.case)).toEqual(["refused", "run"]);
    expect(mixed.results[0]?.outcome.value).toMatchObject({ reason: ErrorReason.BUDGET_EXCEEDED });
    const none = alice.inference.generateBatch({ requestId: crypto.randomUUID(), items: [long, long] });
    expect(await refused(none)).toBe("BUDGET_EXCEEDED");
    const unknown = alice.inference.generateBatch({
      requestId: crypto.randomUUID(),
      items,
      agentId: "nobody",
    });
    expect(await refused(unknown)).toBe("AGENT_NOT_FOUND");
  });
});

describe("agents", () => {
  it("are listed page by page and read one by one", async () => {
    const { agents } = await server.as({ roles: ["viewer"] });
    const first = await agents.listAgents({ pageSize: 3 });
    const second = await agents.listAgents({ pageSize: 3, pageToken: first.nextPageToken });
    expect(second.nextPageToken).toBe("");
    const all = [...first.agents, ...second.agents];
    expect(all).toMatchObject([
      { agentId: "archimate", tools: expect.arrayContaining(["propose_patch"]) },
      { agentId: "bpmn", tools: expect.arrayContaining(["propose_patch"]) },
      { agentId: "review", tools: expect.not.arrayContaining(["propose_patch"]) },
      { agentId: "simple-chat", default: true, tools: [], models: ["offline/offline"] },
      { agentId: "tools", default: false, tools: expect.arrayContaining(["current_time", "calculate"]) },
    ]);
    for (const agent of all) expect((await agents.getAgent({ agentId: agent.agentId })).agent).toEqual(agent);
    expect(await refused(agents.getAgent({ agentId: "nobody" }))).toBe("AGENT_NOT_FOUND");
  });
});

describe("usage", () => {
  it("is listed newest first, page by page, with the sum of all that match", async () => {
    const alice = await server.as();
    const runIds: string[] = [];
    const start = new Date();
    for (let i = 0; i < 5; i++) runIds.unshift(await run(alice, `echo ${i}`));
    const first = await alice.budgets.listUsage({ pageSize: 3 });
    const rest = await alice.budgets.listUsage({ pageSize: 3, pageToken: first.nextPageToken });
    expect(rest.nextPageToken).toBe("");
    const entries = [...first.entries, ...rest.entries];
    expect(entries.map(({ runId }) => runId)).toEqual(runIds);
    const sum = entries.reduce((total, { costMicros }) => total + costMicros, 0n);
    expect([first.totalCostMicros, rest.totalCostMicros]).toEqual([sum, sum]);
    expect(entries[0]).toMatchObject({
      model: "offline/offline",
      currency: "USD",
      aborted: false,
      priceVersion: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    const one = await alice.budgets.listUsage({ runId: runIds[0] ?? "" });
    expect(one.totalCostMicros).toBe(entries[0]?.costMicros);
    expect((await alice.budgets.listUsage({ before: timestampFromDate(start) })).entries).toEqual([]);
    expect((await alice.budgets.listUsage({ after: timestampFromDate(start) })).entries).toHaveLength(5);
    const { budgets } = await alice.budgets.getBudget({});
    expect(budgets.map(({ usedMicros, reservedMicros }) => [usedMicros, reservedMicros])).toEqual([
      [sum, 0n],
      [sum, 0n],
    ]);
  });
});

describe("a budget", () => {
  it("is the server's until an admin sets it, by the version that was read", async () => {
    const alice = await server.as();
    const admin = await alice.colleague("admin");
    const { budgets } = await alice.budgets.getBudget({});
    expect(budgets).toMatchObject([
      { window: BudgetWindow.DAY, customized: false, limitMicros: 5_000_000n },
      { window: BudgetWindow.MONTH, customized: false, limitMicros: 50_000_000n },
    ]);
    const etag = budgets[0]?.etag ?? "";
    const window = BudgetWindow.DAY;
    const { budget } = await admin.budgets.setBudget({ window, limitMicros: 7n, etag });
    expect(budget).toMatchObject({ customized: true, limitMicros: 7n });
    const stale: unknown = await admin.budgets
      .setBudget({ window, limitMicros: 8n, etag })
      .catch((e: unknown) => e);
    expect(metadataOf(stale)).toEqual({ expected: etag, actual: budget?.etag });
    expect((await alice.budgets.getBudget({})).budgets[0]).toEqual(budget);
    expect(await refused(alice.budgets.setBudget({ window, limitMicros: 9n }))).toBe("SCOPE_MISSING");
  });
});
