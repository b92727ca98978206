import type { DescMethod } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callMethod } from "../testing/call-method.ts";
import { LIMITS, type Limit } from "../testing/limits.ts";
import { mintChat, mintRun } from "../testing/sample-world.ts";
import { nameOf, sampleRequest, type SampleIds } from "../testing/sample-requests.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";
import { PUBLIC_SERVICES } from "./gateway.ts";

const METHODS = new Map(PUBLIC_SERVICES.flatMap((service) => service.methods).map((m) => [nameOf(m), m]));

let server: TestServer;
let alice: Caller;
let ids: SampleIds;
let before: string;
beforeAll(async () => {
  server = await startTestServer({ BUDGET_DAY_MICROS: "1000000000", BUDGET_MONTH_MICROS: "1000000000" });
  alice = await server.as({ roles: ["admin"] });
  ids = await mintRun(alice);
  before = await stored(alice);
});
afterAll(() => server.stop());

const methodOf = (rpc: string): DescMethod => {
  const method = METHODS.get(rpc);
  if (!method) throw new Error(`there is no ${rpc}`);
  return method;
};

/** The request with the value at the path; `undefined` removes. */
function changed(request: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const object = (request ?? {}) as Record<string, unknown>;
  return { ...object, [key]: changed(object[key], rest, value) };
}

const send = (caller: Caller, about: SampleIds, { rpc, path }: Limit, value: unknown) => {
  const method = methodOf(rpc);
  const request = changed(sampleRequest(method, about), path.split("."), value);
  return callMethod(caller.transport, method, JSON.parse(JSON.stringify(request)) as object);
};

/** Whatever a tenant can have stored, by its versions: one more event anywhere shows. */
async function stored({ chatQueries, artifactQueries, inference, budgets }: Caller): Promise<string> {
  const { chats } = await chatQueries.listChats({ pageSize: 100 });
  const { artifacts } = await artifactQueries.listArtifacts({ pageSize: 100 });
  const { runs } = await inference.listRuns({ pageSize: 100 });
  const { budgets: limits } = await budgets.getBudget({});
  const versions = [...chats, ...artifacts].map(({ version }) => Number(version));
  const money = limits.flatMap((b) => [b.customized, Number(b.usedMicros), Number(b.reservedMicros)]);
  return JSON.stringify([versions, runs.map((run) => run.runId), money]);
}

// Seen to fail without the validating interceptor: 88 requests are answered.
describe("every limit", () => {
  const shownOf = (value: unknown) => JSON.stringify(value)?.slice(0, 40) ?? "nothing";
  const cases = LIMITS.map(
    (limit) => [limit.rpc, limit.path, limit.rule, shownOf(limit.above), limit] as const,
  );

  it.each(cases)("%s %s %s refuses %s", async (_rpc, _path, _rule, _above, limit) => {
    const refused = await send(alice, ids, limit, limit.above);
    const expected = { code: "InvalidArgument", reason: "SCHEMA_VIOLATION" };
    expect(refused).toMatchObject({ ...expected, violations: expect.arrayContaining([limit.rule]) });
    expect(await stored(alice)).toBe(before);
  });

  it("allows what is just within it", { timeout: 60_000 }, async () => {
    const bob = await alice.colleague("admin");
    for (const limit of LIMITS) {
      const own = { ...ids, ...(await mintChat(bob)) };
      const outcome = await send(bob, own, limit, limit.at);
      const reason = outcome.ok ? "" : outcome.reason;
      expect([limit.rpc, limit.path, reason]).toEqual([
        limit.rpc,
        limit.path,
        expect.stringMatching(ALLOWED),
      ]);
    }
  });
});

/** Right in form, but about what is not there, or with an etag that is not the chat's. */
const ALLOWED =
  /^(|CHAT_NOT_FOUND|VERSION_MISMATCH|RUN_NOT_FOUND|CONTENT_MISSING|PROJECTION_HANDLE_INVALID)$/;

it("all broken rules are told at once", async () => {
  const outcome = await callMethod(alice.transport, methodOf("ChatCommandService.SendMessage"), {});
  expect(outcome).toMatchObject({ violations: ["string.uuid_empty", "required", "string.uuid_empty"] });
});

it.each([
  ["ChatQueryService.ListChats", "garbage"],
  ["ChatQueryService.GetMessages", "AAAA"],
  ["ArtifactQueryService.ListArtifacts", "\u{1f600}"],
  ["ArtifactQueryService.GetArtifactHistory", "..."],
  ["InferenceService.ListRuns", "0"],
  ["AgentService.ListAgents", "x"],
  ["BudgetService.ListUsage", "=="],
])("a page token that was not issued is refused: %s", async (rpc, pageToken) => {
  const request = { ...sampleRequest(methodOf(rpc), ids), pageToken };
  expect(await callMethod(alice.transport, methodOf(rpc), request)).toMatchObject({
    code: "InvalidArgument",
    reason: "PAGE_TOKEN_INVALID",
  });
});

it.each([
  ["ChatQueryService.StreamChatUpdates", "checkpointToken"],
  ["ArtifactQueryService.StreamArtifactUpdates", "checkpointToken"],
  ["InferenceService.WatchRun", "resumeToken"],
])("a place that was not issued is refused: %s", async (rpc, field) => {
  for (const token of ["garbage", "AAAA", "%%%", "x".repeat(1024)]) {
    const request = { ...sampleRequest(methodOf(rpc), ids), [field]: token };
    expect(await callMethod(alice.transport, methodOf(rpc), request)).toMatchObject({
      reason: "RESUME_TOKEN_INVALID",
    });
  }
});

it("a refusal deep inside a command stores nothing of it", async () => {
  const carol = await server.as({ roles: ["admin"] });
  const own = await mintChat(carol);
  const [artifactId, runId, modelId, patchId] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()];
  const absent = { chatId: own.chatId, artifactId, runId, modelId, patchId };
  const carolsBefore = await stored(carol);
  const commands = [
    "ChatCommandService.EnsureChatForArtifactAndSendMessage",
    "ChatCommandService.CreateChat",
    "ChatCommandService.SendMessage",
    "ChatCommandService.AssociateArtifact",
  ];
  for (const rpc of commands) {
    const outcome = await callMethod(carol.transport, methodOf(rpc), sampleRequest(methodOf(rpc), absent));
    expect(outcome).toMatchObject({ reason: "ARTIFACT_NOT_FOUND" });
  }
  const artifact = { title: "x", kind: "bpmn", primaryChatId: uuidv7() };
  const create = methodOf("ArtifactCommandService.CreateArtifact");
  expect(await callMethod(carol.transport, create, artifact)).toMatchObject({ reason: "CHAT_NOT_FOUND" });
  expect(await stored(carol)).toBe(carolsBefore);
});
