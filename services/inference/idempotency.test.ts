import type { EnsureChatForArtifactAndSendMessageRequestSchema as EnsureRequest } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAmeide, reasonOf } from "../../sdk/ts/src/index.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const saying = (text: string) => ({ parts: [{ kind: { case: "text" as const, value: { text } } }] });
const refusedWith = (work: Promise<unknown>) => work.then(() => "none", reasonOf);

/** The same person in another tab: on connections of its own. */
const tabOf = ({ token }: Caller) => createAmeide({ baseUrl: server.baseUrl, token });

async function artifactOf(caller: Caller): Promise<string> {
  const { artifact } = await caller.artifactCommands.createArtifact({ title: "Orders", kind: "bpmn" });
  return artifact?.artifactId ?? "";
}

/** One of each: chat, message and run of the tenant. */
async function expectOneOfEach(caller: Caller, { chatId, runId }: { chatId: string; runId: string }) {
  const { chats, totalCount } = await caller.chatQueries.listChats({});
  expect(totalCount).toBe(1);
  expect(chats.map((chat) => chat.chatId)).toEqual([chatId]);
  await readInto(createRunLine(), caller.inference.watchRun({ runId }));
  const { messages } = await caller.chatQueries.getMessages({ chatId });
  expect(messages.map((message) => message.runId)).toEqual([runId, runId]);
  const { runs } = await caller.inference.listRuns({});
  expect(runs.map((run) => run.runId)).toEqual([runId]);
  const { entries } = await caller.budgets.listUsage({});
  expect(entries.map((entry) => entry.runId)).toEqual([runId]);
}

describe("one request id", () => {
  it("sent ten times at once from two tabs makes one chat, one message, one run and one answer", async () => {
    for (let round = 0; round < 5; round++) {
      const caller = await server.as();
      const tab = tabOf(caller);
      const request: MessageInitShape<typeof EnsureRequest> = {
        artifactId: await artifactOf(caller),
        message: saying("echo once"),
        requestId: crypto.randomUUID(),
      };
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, i) =>
          (i % 2 ? caller : tab).chatCommands.ensureChatForArtifactAndSendMessage(request),
        ),
      );
      const [first] = answers;
      for (const answer of answers) expect(answer).toEqual(first);
      expect(first?.chatCreated).toBe(true);
      await expectOneOfEach(caller, first ?? { chatId: "", runId: "" });
      const later = await tab.chatCommands.ensureChatForArtifactAndSendMessage(request);
      expect(later).toEqual(first);
      const other = { ...request, message: saying("echo twice") };
      const reused = caller.chatCommands.ensureChatForArtifactAndSendMessage(other);
      expect(await refusedWith(reused)).toBe("REQUEST_ID_REUSED");
    }
  });

  it("of two payloads at once serves one and refuses the other", async () => {
    const caller = await server.as();
    const requestId = crypto.randomUUID();
    const asked = ["one", "two"].map((text) =>
      caller.inference.startRun({ requestId, messages: [saying(`echo ${text}`)] }),
    );
    const reasons = await Promise.all(asked.map(refusedWith));
    expect(reasons.toSorted()).toEqual(["REQUEST_ID_REUSED", "none"]);
  });

  it("of StartRun and Generate is one run, told from its first frame each time", async () => {
    const caller = await server.as();
    const run = { requestId: crypto.randomUUID(), messages: [saying("echo the same again")] };
    const started = await Promise.all(Array.from({ length: 10 }, () => caller.inference.startRun(run)));
    const runIds = new Set(started.map((answer) => answer.run?.runId));
    expect(runIds.size).toBe(1);
    const lines = await Promise.all(
      Array.from({ length: 5 }, () => readInto(createRunLine(), caller.inference.generate({ run }))),
    );
    for (const line of lines) {
      expect(line.faults).toEqual([]);
      expect(line.text).toBe("the same again");
      expect(line.frames[0]).toMatchObject({ runId: [...runIds][0], seq: 1n });
    }
    const other = { run: { ...run, agentId: "tools" } };
    expect(await refusedWith(readInto(createRunLine(), caller.inference.generate(other)))).toBe(
      "REQUEST_ID_REUSED",
    );
  });

  it("of SendMessage is one message, also while its run is active", async () => {
    const caller = await server.as();
    const { chat } = await caller.chatCommands.createChat({});
    const chatId = chat?.chatId ?? "";
    const request = { chatId, message: saying("echo hello"), requestId: crypto.randomUUID() };
    const sent = await Promise.all(
      Array.from({ length: 10 }, () => caller.chatCommands.sendMessage(request)),
    );
    for (const answer of sent) expect(answer).toEqual(sent[0]);
    await expectOneOfEach(caller, { chatId, runId: sent[0]?.runId ?? "" });
    const other = caller.chatCommands.sendMessage({ ...request, message: saying("echo bye") });
    expect(await refusedWith(other)).toBe("REQUEST_ID_REUSED");
  });

  it("belongs to one user, and a refused command leaves it free", async () => {
    const caller = await server.as();
    const colleague = await caller.colleague("editor");
    const requestId = crypto.randomUUID();
    const foreign = { chatId: uuidv7(), message: saying("echo hi"), requestId };
    expect(await refusedWith(caller.chatCommands.sendMessage(foreign))).toBe("CHAT_NOT_FOUND");
    const mine = await caller.inference.startRun({ requestId, messages: [saying("echo mine")] });
    const theirs = await colleague.inference.startRun({ requestId, messages: [saying("echo theirs")] });
    expect(theirs.run?.runId).not.toBe(mine.run?.runId);
  });

  it("of every other command gives the first answer again", async () => {
    const caller = await server.as();
    const once = async <T>(command: (requestId: string) => Promise<T>): Promise<T> => {
      const requestId = crypto.randomUUID();
      const first = await command(requestId);
      expect(await command(requestId)).toEqual(first);
      return first;
    };
    const { chat } = await once((requestId) => caller.chatCommands.createChat({ title: "T", requestId }));
    const chatId = chat?.chatId ?? "";
    const { artifact } = await once((requestId) =>
      caller.artifactCommands.createArtifact({ title: "A", kind: "bpmn", requestId }),
    );
    const artifactId = artifact?.artifactId ?? "";
    await once((requestId) => caller.chatCommands.updateChatTitle({ chatId, title: "U", requestId }));
    await once((requestId) => caller.chatCommands.associateArtifact({ chatId, artifactId, requestId }));
    await once((requestId) => caller.artifactCommands.dissociateChat({ chatId, artifactId, requestId }));
    await once((requestId) => caller.artifactCommands.renameArtifact({ artifactId, title: "B", requestId }));
    await once((requestId) => caller.chatCommands.deleteChat({ chatId, requestId }));
    expect(await refusedWith(caller.chatCommands.deleteChat({ chatId }))).toBe("CHAT_NOT_FOUND");
  });

  it("of a batch gives the same runs again; another batch under it starts nothing", async () => {
    const caller = await server.as();
    // A version that no standard defines is a UUID all the same.
    const requestId = "11111111-1111-1111-1111-111111111111";
    const items = ["one", "two"].map((text) => ({ messages: [saying(`echo ${text}`)] }));
    const [first, second] = [
      await caller.inference.generateBatch({ requestId, items }),
      await caller.inference.generateBatch({ requestId, items }),
    ];
    expect(second).toEqual(first);
    const more = [...items, { messages: [saying("echo three")] }];
    const reused = caller.inference.generateBatch({ requestId, items: more });
    expect(await refusedWith(reused)).toBe("REQUEST_ID_REUSED");
    const { runs } = await caller.inference.listRuns({});
    expect(runs.map((run) => run.state)).toEqual([RunState.COMPLETED, RunState.COMPLETED]);
  });
});
