import { AnswerState, ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createAmeide, type Ameide } from "../../sdk/ts/src/index.ts";
import { createServerHome, devToken, type ServerHome, type ServerProcess } from "../testing/processes.ts";
import { createRunLine, readInto, textOf, type RunLine } from "../testing/run-line.ts";

const SLOW = { OFFLINE_TOKENS_PER_SECOND: "20", SHUTDOWN_SECONDS: "3" };
const QUICK = { OFFLINE_TOKENS_PER_SECOND: "400" };
const COUNT = Array.from({ length: 80 }, (_, i) => i + 1).join(" ");

let home: ServerHome;
beforeEach(async () => {
  home = await createServerHome();
});
afterEach(() => home.remove());

interface Turn {
  chatId: string;
  runId: string;
  line: RunLine;
}

async function alice({ baseUrl }: ServerProcess): Promise<Ameide> {
  return createAmeide({ baseUrl, token: await devToken(baseUrl, "alice") });
}

async function send(client: Ameide, text: string, agentId = ""): Promise<Turn> {
  const { chat } = await client.chatCommands.createChat({ agentId });
  const chatId = chat?.chatId ?? "";
  const message = { parts: [{ kind: { case: "text" as const, value: { text } } }] };
  const sent = await client.chatCommands.sendMessage({ chatId, message, requestId: crypto.randomUUID() });
  return { chatId, runId: sent.runId, line: createRunLine() };
}

const read = (client: Ameide, { runId, line }: Turn, more: (line: RunLine) => boolean) =>
  readInto(line, client.inference.watchRun({ runId }), more);

/** What is true of every run whose server died, once another server ended it. */
async function expectOneAnswer(client: Ameide, turn: Turn, attempt: number): Promise<void> {
  const { chatId, runId, line } = turn;
  const after = createRunLine();
  await readInto(
    after,
    client.inference.watchRun({ runId, resumeToken: line.token, afterSeq: BigInt(line.seq) }),
  );
  expect(after.faults).toEqual([]);
  const first = after.frames[0]?.frame;
  const resumed = first?.case === "resumed" ? first.value.state : undefined;
  expect(resumed).toBe(line.token === "" ? undefined : ResumeState.SNAPSHOT_THEN_CONTINUED);
  expect(after.state).toBe(RunState.COMPLETED);
  const { run } = await client.inference.getRun({ runId });
  expect(run).toMatchObject({ state: RunState.COMPLETED, attempt, reservedMicros: 0n });
  const { messages } = await client.chatQueries.getMessages({ chatId });
  expect(messages).toHaveLength(2);
  expect(messages[1]).toMatchObject({ runId, answerState: AnswerState.COMPLETE, parts: run?.parts });
  expect(textOf(messages[1]?.parts ?? [])).toBe(after.text);
  const { chat } = await client.chatQueries.getChat({ chatId });
  expect(chat?.activeRunId).toBe("");
}

async function ledgerOf(client: Ameide, runId: string) {
  const { entries, totalCostMicros } = await client.budgets.listUsage({ runId });
  expect(totalCostMicros).toBe(entries.reduce((sum, entry) => sum + entry.costMicros, 0n));
  return entries.toReversed();
}

describe("a run whose server is killed", () => {
  it("ends on the next server, wherever it stood: queued, at its first word, in the middle, after a tool", async () => {
    const first = await home.start(SLOW);
    let client = await alice(first);
    const early = await send(client, "count to 80");
    const late = await send(client, "count to 80");
    // Ten findings keep the agent talking after the tool has answered.
    for (let i = 0; i < 10; i++)
      await client.artifactCommands.createArtifact({ title: `Order ${i}`, kind: "bpmn" });
    const tools = await send(client, "look up Order", "tools");
    await Promise.all([
      read(client, early, ({ text }) => text === ""),
      read(client, late, ({ text }) => text.length < 30),
      read(client, tools, (line) => !line.kinds().includes("toolResult")),
    ]);
    const queued = await send(client, "count to 80");
    await first.stop("SIGKILL");

    client = await alice(await home.start(QUICK));
    for (const turn of [early, late, tools]) await expectOneAnswer(client, turn, 2);
    const { run } = await client.inference.getRun({ runId: queued.runId });
    await expectOneAnswer(client, queued, run?.attempt ?? 0);

    expect(textOf((await client.inference.getRun({ runId: late.runId })).run?.parts ?? [])).toBe(COUNT);
    const [abandoned, good, ...more] = await ledgerOf(client, late.runId);
    expect(more).toEqual([]);
    expect(abandoned).toMatchObject({ aborted: true });
    expect(good).toMatchObject({ aborted: false });
    expect(abandoned?.inputTokens).toBe(good?.inputTokens);
    expect(Number(abandoned?.outputTokens)).toBeLessThan(Number(good?.outputTokens));
    const { budgets } = await client.budgets.getBudget({});
    expect(budgets.map((budget) => budget.reservedMicros)).toEqual([0n, 0n]);
    await expectOneToolCall(client, tools);
    await client.chatCommands.sendMessage({
      chatId: late.chatId,
      message: { parts: [{ kind: { case: "text", value: { text: "echo and again" } } }] },
      requestId: crypto.randomUUID(),
    });
  }, 90_000);

  it("twice ends on the third server, charged for what each began", async () => {
    let server = await home.start(SLOW);
    let client = await alice(server);
    const turn = await send(client, "count to 80");
    await read(client, turn, ({ text }) => text.length < 10);
    await server.stop("SIGKILL");
    server = await home.start(SLOW);
    client = await alice(server);
    const between = { ...turn, line: createRunLine() };
    const more = ({ frames, text }: RunLine) => !(frames.at(-1)?.attempt === 2 && text.length > 10);
    await readInto(
      between.line,
      client.inference.watchRun({ runId: turn.runId, resumeToken: turn.line.token }),
      more,
    );
    expect(between.line.faults).toEqual([]);
    await server.stop("SIGKILL");

    client = await alice(await home.start(QUICK));
    await expectOneAnswer(client, between, 3);
    const ledger = await ledgerOf(client, turn.runId);
    expect(ledger.map(({ aborted }) => aborted)).toEqual([true, true, false]);
  }, 90_000);
});

describe("a run whose server is told to stop", () => {
  it("ends within the grace, or is given back; readers are asked to come back and the next server goes on", async () => {
    const server = await home.start(SLOW);
    let client = await alice(server);
    const long = await send(client, "count to 80");
    const short = await send(client, "count to 8");
    const reading = read(client, long, () => true);
    await read(client, short, ({ text }) => text === "");
    expect(await server.stop("SIGTERM")).toBe(0);
    await reading;
    expect(long.line.kinds().at(-1)).toBe("reconnect");
    expect(long.line.faults).toEqual([]);

    client = await alice(await home.start(QUICK));
    await expectOneAnswer(client, long, 2);
    await expectOneAnswer(client, short, 1);
    expect((await ledgerOf(client, long.runId)).map(({ aborted }) => aborted)).toEqual([true, false]);
  }, 60_000);
});

async function expectOneToolCall(client: Ameide, { runId }: Turn): Promise<void> {
  const { run } = await client.inference.getRun({ runId });
  const calls = (run?.parts ?? []).flatMap(({ kind }) => (kind.case === "toolCall" ? [kind.value] : []));
  expect(calls).toMatchObject([{ name: "look_up_artifact", state: ToolCallState.DONE }]);
}
