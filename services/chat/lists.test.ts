import { ArtifactEventType, RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { ChatVisibility } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { timestampNow } from "@bufbuild/protobuf/wkt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reasonOf } from "../../sdk/ts/src/index.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
let alice: Caller;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const saying = (text: string) => ({ parts: [{ kind: { case: "text" as const, value: { text } } }] });
const refused = (work: Promise<unknown>) => work.then(() => "none", reasonOf);

async function newChat(fields = {}): Promise<string> {
  return (await alice.chatCommands.createChat(fields)).chat?.chatId ?? "";
}

async function newArtifact(title: string, kind = "bpmn"): Promise<string> {
  return (await alice.artifactCommands.createArtifact({ title, kind })).artifact?.artifactId ?? "";
}

async function talk(chatId: string, text: string): Promise<void> {
  const requestId = crypto.randomUUID();
  const { runId } = await alice.chatCommands.sendMessage({ chatId, message: saying(text), requestId });
  await readInto(createRunLine(), alice.inference.watchRun({ runId }));
}

/** All rows of a list, page by page; `between` runs after each page. */
async function pages<R>(
  read: (pageToken: string) => Promise<{ rows: R[]; nextPageToken: string }>,
  between: () => Promise<unknown> = async () => undefined,
): Promise<R[]> {
  const rows: R[] = [];
  let pageToken = "";
  do {
    const page = await read(pageToken);
    rows.push(...page.rows);
    pageToken = page.nextPageToken;
    await between();
  } while (pageToken !== "");
  return rows;
}

const allChats = (pageSize: number, between?: () => Promise<unknown>, caller = alice) =>
  pages(async (pageToken) => {
    const { chats, nextPageToken } = await caller.chatQueries.listChats({ pageSize, pageToken });
    return { rows: chats.map(({ chatId }) => chatId), nextPageToken };
  }, between);

describe("the list of chats", () => {
  it("shows each once, last changed first, whatever the page size, with how many there are", async () => {
    alice = await server.as();
    const ids: string[] = [];
    for (let i = 0; i < 13; i++) ids.unshift(await newChat({ title: `chat ${i}` }));
    for (const size of [1, 4, 13, 100]) expect(await allChats(size)).toEqual(ids);
    expect((await alice.chatQueries.listChats({ pageSize: 3 })).totalCount).toBe(13);
    expect((await alice.chatQueries.listChats({})).chats).toHaveLength(13);
  });

  it("shows what does not change exactly once while others come, move and go", async () => {
    alice = await server.as();
    const ids: string[] = [];
    for (let i = 0; i < 16; i++) ids.push(await newChat({ title: `chat ${i}` }));
    let step = 0;
    const moved = new Set<string>();
    const seen = await allChats(3, async () => {
      const chatId = ids[(step * 5) % ids.length] ?? "";
      step += 1;
      moved.add(chatId);
      await newChat();
      if (step % 2) await alice.chatCommands.updateChatTitle({ chatId, title: `moved ${step}` });
      else await refused(alice.chatCommands.deleteChat({ chatId }));
    });
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(ids.filter((id) => !moved.has(id))));
  });

  it("holds the readable ones only, and is narrowed by its filter", async () => {
    alice = await server.as({ teams: ["a"] });
    const bob = await server.as({ tenantId: alice.tenantId, teams: ["b"] });
    const artifactId = await newArtifact("Orders");
    const before = timestampNow();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const mine = await newChat();
    const team = await newChat({ visibility: ChatVisibility.TEAM });
    const shared = await newChat({ visibility: ChatVisibility.TENANT, artifactId });
    const theirs = (await bob.chatCommands.createChat({ visibility: ChatVisibility.TENANT })).chat?.chatId;
    const list = async (filter: object, caller = alice) =>
      (await caller.chatQueries.listChats({ filter })).chats.map(({ chatId }) => chatId);
    expect(await list({})).toEqual([theirs, shared, team, mine]);
    expect(await list({}, bob)).toEqual([theirs, shared]);
    expect(await list({ ownOnly: true })).toEqual([shared, team, mine]);
    expect(await list({ visibility: ChatVisibility.TEAM })).toEqual([team]);
    expect(await list({ artifactIds: [artifactId] })).toEqual([shared]);
    expect(await list({ createdBefore: before })).toEqual([]);
    expect(await list({ createdAfter: before, ownOnly: true })).toHaveLength(3);
    expect(await list({}, await server.as())).toEqual([]);
  });

  it("takes its own tokens only, for the same arguments, and no negative page", async () => {
    alice = await server.as();
    for (let i = 0; i < 3; i++) await newChat();
    const { nextPageToken: pageToken } = await alice.chatQueries.listChats({ pageSize: 1 });
    const { chatQueries, inference, agents } = alice;
    expect(await refused(chatQueries.listChats({ pageToken, filter: { ownOnly: true } }))).toBe(
      "PAGE_TOKEN_INVALID",
    );
    expect(await refused(chatQueries.listChats({ pageToken: `${pageToken}x` }))).toBe("PAGE_TOKEN_INVALID");
    expect(await refused(inference.listRuns({ pageToken }))).toBe("PAGE_TOKEN_INVALID");
    expect(await refused(agents.listAgents({ pageToken }))).toBe("PAGE_TOKEN_INVALID");
    expect(await refused(chatQueries.listChats({ pageSize: -1 }))).toBe("SCHEMA_VIOLATION");
    expect((await chatQueries.listChats({ pageSize: 2, pageToken })).chats).toHaveLength(2);
  });
});

describe("searching chats", () => {
  it("finds every word in a title or a message, for those who may read it", async () => {
    alice = await server.as();
    const titled = await newChat({ title: "Quarterly Budget review" });
    const talked = await newChat({ title: "Other" });
    await talk(talked, "echo the BUDGET of the quarterly plan");
    const search = async (query: string, caller = alice) =>
      (await caller.chatQueries.searchChats({ query })).chats.map(({ chatId }) => chatId);
    expect(await search("budget quarterly")).toEqual([talked, titled]);
    expect(await search("budget review")).toEqual([titled]);
    expect(await search("budget nonsense")).toEqual([]);
    expect(await search("budget", await alice.colleague("admin"))).toEqual([]);
    const both = await pages(async (pageToken) => {
      const { chats, nextPageToken, totalCount } = await alice.chatQueries.searchChats({
        query: "budget",
        pageSize: 1,
        pageToken,
      });
      expect(totalCount).toBe(2);
      return { rows: chats.map(({ chatId }) => chatId), nextPageToken };
    });
    expect(both).toEqual([talked, titled]);
  });
});

describe("the messages of a chat", () => {
  it("come in both orders, page by page", async () => {
    alice = await server.as();
    const chatId = await newChat();
    for (let i = 0; i < 4; i++) await talk(chatId, `echo ${i}`);
    const read = (newestFirst: boolean) =>
      pages(async (pageToken) => {
        const request = { chatId, pageSize: 3, pageToken, newestFirst };
        const { messages, nextPageToken, totalCount } = await alice.chatQueries.getMessages(request);
        expect(totalCount).toBe(8);
        return { rows: messages.map(({ version }) => Number(version)), nextPageToken };
      });
    expect(await read(false)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect(await read(true)).toEqual([9, 8, 7, 6, 5, 4, 3, 2]);
    const { nextPageToken: pageToken } = await alice.chatQueries.getChatArtifacts({ chatId });
    expect(pageToken).toBe("");
  });
});

describe("artifacts", () => {
  it("are created, renamed by version, listed by kind, and remember what happened", async () => {
    alice = await server.as();
    const chatId = await newChat({ title: "Origin" });
    const given = { title: "Orders", kind: "bpmn::process", labels: { a: "b" }, primaryChatId: chatId };
    const { artifact } = await alice.artifactCommands.createArtifact(given);
    const { artifactId = "", etag = "" } = artifact ?? {};
    expect(artifact).toMatchObject({ ...given, version: 2n, createdBy: alice.userId });
    const renamed = await alice.artifactCommands.renameArtifact({ artifactId, title: "Orders II", etag });
    const stale = alice.artifactCommands.renameArtifact({ artifactId, title: "III", etag });
    expect(await refused(stale)).toBe("VERSION_MISMATCH");
    expect((await alice.artifactQueries.getArtifact({ artifactId })).artifact).toEqual(renamed.artifact);
    await newArtifact("A", "archimate");
    await newArtifact("B", "bpmnlike");
    const kinds = async (wanted: string[]) =>
      (await alice.artifactQueries.listArtifacts({ kinds: wanted })).artifacts.map(({ title }) => title);
    expect(await kinds(["bpmn"])).toEqual(["Orders II"]);
    expect(await kinds(["archimate", "bpmn::process"])).toEqual(["A", "Orders II"]);
    expect(await kinds(["bpm_"])).toEqual([]);
    expect(await kinds([])).toHaveLength(3);
    const { chats } = await alice.artifactQueries.getArtifactChats({ artifactId });
    expect(chats).toMatchObject([{ chatId, chatTitle: "Origin", relationType: RelationType.CREATED }]);
    const history = await pages(async (pageToken) => {
      const request = { artifactId, pageSize: 2, pageToken };
      const { entries, nextPageToken } = await alice.artifactQueries.getArtifactHistory(request);
      return { rows: entries.map(({ eventType, version }) => [eventType, Number(version)]), nextPageToken };
    });
    expect(history).toEqual([
      [ArtifactEventType.RENAMED, 3],
      [ArtifactEventType.CHAT_LINKED, 2],
      [ArtifactEventType.CREATED, 1],
    ]);
    const nowhere = alice.artifactCommands.createArtifact({ ...given, primaryChatId: crypto.randomUUID() });
    expect(await refused(nowhere)).toBe("CHAT_NOT_FOUND");
    expect((await alice.artifactQueries.listArtifacts({})).artifacts).toHaveLength(3);
  });
});
