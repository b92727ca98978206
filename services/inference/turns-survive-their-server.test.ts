import { AnswerState, MultitaskStrategy } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createAmeide, lastUpdate, type Ameide } from "../../sdk/ts/src/index.ts";
import { createServerHome, devToken, type ServerHome, type ServerProcess } from "../testing/processes.ts";
import { createRunLine, readInto, textOf } from "../testing/run-line.ts";

let home: ServerHome;
beforeEach(async () => {
  home = await createServerHome();
});
afterEach(() => home.remove());

const alice = async ({ baseUrl }: ServerProcess): Promise<Ameide> =>
  createAmeide({ baseUrl, token: await devToken(baseUrl, "alice") });

async function newChat(client: Ameide, agentId = ""): Promise<string> {
  return (await client.chatCommands.createChat({ agentId })).chat?.chatId ?? "";
}

async function send(client: Ameide, chatId: string, text: string): Promise<string> {
  const message = { parts: [{ kind: { case: "text" as const, value: { text } } }] };
  const request = { chatId, message, requestId: crypto.randomUUID() };
  const multitaskStrategy = MultitaskStrategy.ENQUEUE;
  return (await client.chatCommands.sendMessage({ ...request, multitaskStrategy })).runId;
}

it("turns that wait and a question that is asked outlive a server that is killed", async () => {
  const first = await home.start({ OFFLINE_TOKENS_PER_SECOND: "20" });
  let client = await alice(first);
  const [busy, asking] = [await newChat(client), await newChat(client, "tools")];
  const active = await send(client, busy, "count to 80");
  const waiting = [await send(client, busy, "summarise"), await send(client, busy, "echo last")];
  const asked = await send(client, asking, "create artifact Plan");
  const { view } = await lastUpdate(client.runs.watch(asked));
  expect(view).toMatchObject({ state: RunState.INTERRUPTED, done: true });
  const behind = await send(client, asking, "echo behind");
  await readInto(
    createRunLine(),
    client.inference.watchRun({ runId: active }),
    ({ text }) => text.length < 10,
  );
  await first.stop("SIGKILL");

  client = await alice(await home.start({ OFFLINE_TOKENS_PER_SECOND: "400" }));
  for (const runId of [active, ...waiting]) await lastUpdate(client.runs.watch(runId));
  const { messages } = await client.chatQueries.getMessages({ chatId: busy });
  const answers = messages.filter(({ answerState }) => answerState === AnswerState.COMPLETE);
  expect(answers.map(({ runId }) => runId)).toEqual([active, ...waiting]);
  expect(textOf(answers[1]?.parts ?? [])).toMatch(/^2 messages so far/);
  expect((await client.inference.getRun({ runId: behind })).run?.state).toBe(RunState.QUEUED);

  const answer = { answer: { case: "confirm" as const, value: { approved: true } } };
  const interruptId = view.interrupt?.interruptId ?? "";
  await client.inference.resumeRun({ runId: asked, requestId: crypto.randomUUID(), interruptId, answer });
  expect((await lastUpdate(client.runs.watch(asked))).view.text).toMatch(/^I created \*\*Plan\*\*/);
  expect((await lastUpdate(client.runs.watch(behind))).view.text).toBe("behind");
  const { artifacts } = await client.artifactQueries.listArtifacts({});
  expect(artifacts.map(({ title }) => title)).toEqual(["Plan"]);
}, 120_000);
