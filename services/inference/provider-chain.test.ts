import { CreateChatRequestSchema } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import type { RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listLedgerRows } from "../budget/ledger-store.ts";
import { createChat } from "../chat/create-chat.ts";
import { listMessages } from "../chat/message-store.ts";
import { createAgentExecutor, type AgentExecutorDeps } from "../execution/agent-executor.ts";
import { createResponseCache } from "../execution/models/cache/response-cache.ts";
import { createModerator } from "../execution/models/moderation/create-moderator.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { parseConfig } from "../platform/config/config.ts";
import { forEachDatabase } from "../testing/databases.ts";
import {
  startFakeOpenAiServer,
  type FakeAnswer,
  type FakeOpenAiServer,
} from "../testing/fake-openai-server.ts";
import { configOf } from "../testing/fake-provider.ts";
import { createRunLine, readInto, textOf } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { createChatRuns } from "./chat-runs.ts";

const QUICK = { retryDelay: 1, longestRetryDelay: 5 };
/** Of models that are expected to stall: the others have all the time of a busy machine. */
const HASTY = { first_token_seconds: 0.2, stall_seconds: 0.2 };
const IDS = ["one", "two", "three"] as const;
const PRICE = { input: 1_000_000, output: 2_000_000 };

const FAULTS: readonly (readonly [string, FakeAnswer, { said: string; isTaken: boolean }])[] = [
  ["answers 429", { kind: "status", status: 429, retryAfter: "0" }, { said: "", isTaken: false }],
  ["answers 500", { kind: "status", status: 500 }, { said: "", isTaken: false }],
  ["refuses the connection", { kind: "drop" }, { said: "", isTaken: false }],
  ["stalls before the first token", { kind: "stall" }, { said: "", isTaken: true }],
  ["stalls in mid-stream", { kind: "stall", after: "Half an " }, { said: "Half an ", isTaken: true }],
  ["drops in mid-stream", { kind: "drop", after: "Half an " }, { said: "Half an ", isTaken: true }],
  ["sends garbage", { kind: "raw", body: "data: {not json\n\n" }, { said: "", isTaken: true }],
];

/** What the frames of one kind say. */
const framesOf = <K extends RunFrame["frame"]["case"]>(frames: readonly RunFrame[], kind: K) =>
  frames.flatMap(({ frame }) => (frame.case === kind ? [frame.value] : [])) as Extract<
    RunFrame["frame"],
    { case: K }
  >["value"][];

forEachDatabase((given) => {
  let servers: FakeOpenAiServer[];
  let slices: TestSlices;
  let deps: Partial<AgentExecutorDeps>;
  let alice: Actor;

  beforeAll(async () => {
    servers = await Promise.all(IDS.map(() => startFakeOpenAiServer()));
    const providers = servers.map(({ baseUrl }, i) => configOf(baseUrl, IDS[i], { price: PRICE }));
    slices = await openTestSlices({ providers, database: given().database });
    // A fresh one for each run, so that no breaker is open.
    const executorOf = () =>
      createAgentExecutor({ ...slices, providers, offlineTokensPerSecond: 0, patience: QUICK, ...deps });
    slices.startLoop({ executor: { execute: (request) => executorOf().execute(request) } });
  });
  afterAll(async () => {
    await slices.close();
    await Promise.all(servers.map((server) => server.close()));
  });
  beforeEach(() => {
    deps = {};
    alice = actorOf();
    servers.forEach((server, i) => {
      server.forget();
      server.otherwise = { kind: "text", text: `I am ${IDS[i]}.` };
    });
  });

  /** The first so many models are soon given up. */
  const hasty = (count: number) =>
    servers.map(({ baseUrl }, i) => configOf(baseUrl, IDS[i], { price: PRICE, ...(i < count && HASTY) }));
  const reader = () => slices.database.reader(alice.tenantId);

  async function turn(options: { cache?: boolean } = {}) {
    const chatDeps = { ...slices, runs: createChatRuns(slices) };
    const chat = await createChat(chatDeps, alice, create(CreateChatRequestSchema, {}));
    const chatId = chat.chat?.chatId ?? "";
    const runId = await slices.start(alice, "hello", {
      chatId,
      options: { maxOutputTokens: 100, ...options },
    });
    const line = await readInto(createRunLine(), slices.watch(alice, runId));
    const rows = await listLedgerRows(reader(), { runId }, { after: undefined, limit: 10 });
    const [answer] = await listMessages(reader(), chatId, { after: undefined, limit: 10, newestFirst: true });
    expect(line.faults).toEqual([]);
    expect(textOf(answer?.parts ?? [])).toBe(line.text);
    expect(await slices.budget.reservedFor(reader(), runId)).toBe(0);
    return { line, ledger: rows.toReversed() };
  }

  // Seen to fail when tell-event.ts does not take back what a replaced call said.
  describe("a run whose first model", () => {
    it.each(FAULTS)(
      "%s goes on with the next, which readers see",
      async (_name, fault, { said, isTaken }) => {
        for (const server of servers.slice(0, 2)) server.otherwise = fault;
        deps = { providers: hasty(2) };
        const { line, ledger } = await turn();
        expect(line.state).toBe(RunState.COMPLETED);
        expect(line.text).toBe("I am three.");
        const models = ["one/fake-1", "two/fake-1", "three/fake-1"];
        expect(framesOf(line.frames, "started").map(({ model }) => model)).toEqual(models);
        expect(framesOf(line.frames, "started").map(({ agentId }) => agentId)).toEqual(
          Array(3).fill("simple-chat"),
        );
        // Taken back when the next one says something, so by the second and by the third.
        const retracted = framesOf(line.frames, "retract").map(({ toOffset }) => Number(toOffset));
        expect(retracted).toEqual(said === "" ? [] : [0, 0]);
        expect(ledger.map(({ model, callId, aborted }) => [callId, model, aborted])).toEqual([
          ["1.1", "one/fake-1", true],
          ["1.2", "two/fake-1", true],
          ["1.3", "three/fake-1", false],
        ]);
        for (const row of ledger.slice(0, 2)) expect(row.costMicros > 0).toBe(isTaken);
        expect(new Set(line.frames.map(({ attempt }) => attempt))).toEqual(new Set([1]));
      },
    );

    it.each(FAULTS)("%s fails when all do, and keeps what was said last", async (_name, fault, { said }) => {
      for (const server of servers) server.otherwise = fault;
      deps = { providers: hasty(3) };
      const { line, ledger } = await turn();
      expect(line.state).toBe(RunState.FAILED);
      expect(line.text).toBe(said);
      const [error] = framesOf(line.frames, "error");
      expect(error?.reason).toBe(ErrorReason.PROVIDERS_EXHAUSTED);
      for (const [i, id] of IDS.entries())
        expect(error?.metadata[`provider_${i + 1}`]).toMatch(new RegExp(`^${id}/fake-1 `));
      expect(Number(error?.metadata["retry_after_ms"])).toBeGreaterThanOrEqual(0);
      expect(ledger).toHaveLength(3);
    });

    it("tells wrong usage is not switched, and booked by our count", async () => {
      const usage = { prompt_tokens: 9e9, completion_tokens: 9e9 };
      servers[0]?.answerWith({ kind: "text", text: "Fine.", usage });
      const { line, ledger } = await turn();
      expect(line.text).toBe("Fine.");
      expect(framesOf(line.frames, "started")).toHaveLength(1);
      expect(ledger).toMatchObject([{ model: "one/fake-1", aborted: false }]);
      expect(ledger[0]?.costMicros).toBeLessThan(1000);
    });

    it("fails after others did keeps the text of the last that said something", async () => {
      servers.forEach((server, i) => {
        server.otherwise = i === 0 ? { kind: "drop", after: "Half an " } : { kind: "status", status: 500 };
      });
      const { line } = await turn();
      expect(line.state).toBe(RunState.FAILED);
      expect(line.text).toBe("Half an ");
      expect(framesOf(line.frames, "retract")).toEqual([]);
    });
  });

  it("a kept answer costs nothing, and the ledger says why", async () => {
    const { database } = slices;
    deps = { cache: createResponseCache({ database, now: slices.now, seconds: 60, warn: () => undefined }) };
    const first = await turn({ cache: true });
    const second = await turn({ cache: true });
    expect(second.line.text).toBe(first.line.text);
    expect(servers[0]?.requests).toHaveLength(1);
    expect(second.ledger).toMatchObject([
      { model: "one/fake-1#cached", inputTokens: 0, outputTokens: 0, costMicros: 0, aborted: false },
    ]);
  });

  it("a blocked answer is taken back to what may stand; the run fails and is charged", async () => {
    deps = { moderator: createModerator(parseConfig({ MODERATION_DENY: "forbidden" })) };
    servers[0]?.answerWith({ kind: "text", text: "Something forbidden was said." });
    const { line, ledger } = await turn();
    expect(line.state).toBe(RunState.FAILED);
    expect(line.text).toBe("");
    expect(framesOf(line.frames, "error")).toMatchObject([{ reason: ErrorReason.CONTENT_BLOCKED }]);
    expect(framesOf(line.frames, "retract")).toHaveLength(1);
    expect(ledger).toMatchObject([{ model: "one/fake-1" }]);
    expect(ledger[0]?.costMicros).toBeGreaterThan(0);
    expect(servers[1]?.requests).toEqual([]);
  });
});
