import { ArtifactEventType, RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { ChatVisibility } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newArtifactOf, newChatOf } from "../testing/messages.ts";
import { everyPage } from "../testing/pages.ts";
import { refusalOf, refusalsOf } from "../testing/refusal.ts";
import { startTestServer, type Caller, type TestServer } from "../testing/test-server.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const { CREATED, MODIFIED, REFERENCED } = RelationType;
const artifactOf = async (caller: Caller, artifactId: string) =>
  (await caller.artifactQueries.getArtifact({ artifactId })).artifact;
const versionOf = async (caller: Caller, artifactId: string) =>
  (await artifactOf(caller, artifactId))?.version;

describe("an artifact", () => {
  it("is the whole tenant's, from its creation on, and nobody else's", async () => {
    const alice = await server.as();
    const { artifact } = await alice.artifactCommands.createArtifact({
      title: "Orders",
      kind: "archimate",
      labels: { area: "sales" },
    });
    const { artifactId = "" } = artifact ?? {};
    expect(artifact).toMatchObject({ primaryChatId: "", version: 1n, labels: { area: "sales" } });
    const viewer = await alice.colleague("viewer");
    expect(await artifactOf(viewer, artifactId)).toEqual(artifact);
    const stranger = await server.as();
    expect(await refusalOf(artifactOf(stranger, artifactId))).toEqual({
      code: "NotFound",
      reason: "ARTIFACT_NOT_FOUND",
      metadata: { artifact_id: artifactId },
    });
  });

  it("is not made when the chat it is to come from is not there for its maker", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("editor");
    const hidden = await newChatOf(bob);
    for (const primaryChatId of [hidden, uuidv7()]) {
      expect(await refusalOf(newArtifactOf(alice, { primaryChatId }))).toMatchObject({
        reason: "CHAT_NOT_FOUND",
        metadata: { chat_id: primaryChatId },
      });
    }
    expect((await alice.artifactQueries.listArtifacts({})).artifacts).toEqual([]);
    const shared = await newChatOf(bob, { visibility: ChatVisibility.TENANT });
    const made = await newArtifactOf(alice, { primaryChatId: shared });
    expect(await artifactOf(bob, made)).toMatchObject({ primaryChatId: shared, createdBy: alice.userId });
  });

  it("is renamed by anybody who may write, from the version they have seen", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    const bob = await alice.colleague("editor");
    const etag = (await artifactOf(bob, artifactId))?.etag ?? "";
    const { artifact } = await bob.artifactCommands.renameArtifact({ artifactId, title: "Invoices", etag });
    expect(artifact).toMatchObject({ title: "Invoices", version: 2n, createdBy: alice.userId });
    const rename = alice.artifactCommands.renameArtifact({ artifactId, title: "Bills", etag });
    expect(await refusalOf(rename)).toEqual({
      code: "Aborted",
      reason: "VERSION_MISMATCH",
      metadata: { expected: etag, actual: artifact?.etag },
    });
    expect(await artifactOf(alice, artifactId)).toEqual(artifact);
  });

  it("renamed to what it is called already is not changed", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    const before = await artifactOf(alice, artifactId);
    const same = await alice.artifactCommands.renameArtifact({ artifactId, title: "Orders" });
    expect(same.artifact).toEqual(before);
    expect(await artifactOf(alice, artifactId)).toEqual(before);
  });

  it("that is not there is neither renamed, read, watched nor listed by its chats", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const artifactId = uuidv7();
    const { artifactCommands: commands, artifactQueries: queries } = alice;
    for (const refusal of await refusalsOf(
      commands.renameArtifact({ artifactId, title: "x" }),
      commands.associateChat({ artifactId, chatId }),
      commands.dissociateChat({ artifactId, chatId }),
      queries.getArtifactChats({ artifactId }),
      queries.getArtifactHistory({ artifactId }),
    )) {
      expect(refusal).toMatchObject({ code: "NotFound", reason: "ARTIFACT_NOT_FOUND" });
    }
  });
});

describe("a link", () => {
  it("made again changes nothing; with another type, the type but not since when it is", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("editor");
    const artifactId = await newArtifactOf(alice);
    const chatId = await newChatOf(alice, { title: "Talk", visibility: ChatVisibility.TENANT });
    const { chatReference: first } = await alice.artifactCommands.associateChat({ artifactId, chatId });
    expect(first).toMatchObject({ chatId, chatTitle: "Talk", relationType: REFERENCED });
    const again = await bob.chatCommands.associateArtifact({ artifactId, chatId, relationType: REFERENCED });
    expect(again.relation).toMatchObject({ createdBy: alice.userId, createTime: first?.linkedAt });
    expect(await versionOf(alice, artifactId)).toBe(2n);
    const relationType = MODIFIED;
    const changed = await bob.artifactCommands.associateChat({ artifactId, chatId, relationType });
    expect(changed.chatReference).toEqual({ ...first, relationType });
    expect(await versionOf(alice, artifactId)).toBe(3n);
    expect((await alice.artifactQueries.getArtifactChats({ artifactId })).chats).toEqual([
      changed.chatReference,
    ]);
    const { artifacts } = await alice.chatQueries.getChatArtifacts({ chatId });
    expect(artifacts).toMatchObject([{ artifactId, relationType, linkedAt: first?.linkedAt }]);
  });

  it("is removed once, may be made anew, and leaves both in place", async () => {
    const alice = await server.as();
    const chatId = await newChatOf(alice);
    const artifactId = await newArtifactOf(alice, { primaryChatId: chatId });
    await alice.artifactCommands.dissociateChat({ artifactId, chatId });
    expect(await refusalOf(alice.artifactCommands.dissociateChat({ artifactId, chatId }))).toEqual({
      code: "NotFound",
      reason: "RELATION_NOT_FOUND",
      metadata: { chat_id: chatId, artifact_id: artifactId },
    });
    expect(await artifactOf(alice, artifactId)).toMatchObject({ primaryChatId: chatId });
    const { relation } = await alice.chatCommands.associateArtifact({ artifactId, chatId });
    expect(relation).toMatchObject({ relationType: REFERENCED, createdBy: alice.userId });
  });

  it("cannot be made to or removed from a chat that the caller may not read", async () => {
    const alice = await server.as();
    const bob = await alice.colleague("editor");
    const chatId = await newChatOf(alice);
    const artifactId = await newArtifactOf(alice, { primaryChatId: chatId });
    for (const refusal of await refusalsOf(
      bob.artifactCommands.associateChat({ artifactId, chatId }),
      bob.artifactCommands.dissociateChat({ artifactId, chatId }),
      bob.chatCommands.associateArtifact({ artifactId, chatId }),
    )) {
      expect(refusal).toMatchObject({ reason: "CHAT_NOT_FOUND" });
    }
    expect(await versionOf(alice, artifactId)).toBe(2n);
  });

  it("of every pair at once ends as one of the types, on both sides", async () => {
    const alice = await server.as();
    const [chatId, artifactId] = [await newChatOf(alice), await newArtifactOf(alice)];
    const types = [CREATED, MODIFIED, REFERENCED, CREATED, MODIFIED, REFERENCED];
    await Promise.all(
      types.map((relationType, i) =>
        i % 2
          ? alice.artifactCommands.associateChat({ artifactId, chatId, relationType })
          : alice.chatCommands.associateArtifact({ artifactId, chatId, relationType }),
      ),
    );
    const { chats } = await alice.artifactQueries.getArtifactChats({ artifactId });
    const { artifacts } = await alice.chatQueries.getChatArtifacts({ chatId });
    expect(chats.map(({ relationType }) => relationType)).toEqual(
      artifacts.map(({ relationType }) => relationType),
    );
    expect(chats).toHaveLength(1);
  });
});

describe("the history of an artifact", () => {
  it("tells who did what, newest first, also about chats that were deleted", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice, { kind: "bpmn" });
    const chatId = await newChatOf(alice, { artifactId });
    const bob = await alice.colleague("editor");
    await bob.artifactCommands.renameArtifact({ artifactId, title: "Invoices" });
    await alice.artifactCommands.dissociateChat({ artifactId, chatId });
    await alice.chatCommands.deleteChat({ chatId });
    const { entries } = await bob.artifactQueries.getArtifactHistory({ artifactId });
    const { CREATED: MADE, RENAMED, CHAT_LINKED, CHAT_UNLINKED } = ArtifactEventType;
    const details = { old_title: "Orders", new_title: "Invoices" };
    expect(entries).toMatchObject([
      { eventType: CHAT_UNLINKED, userId: alice.userId, chatId, version: 4n },
      { eventType: RENAMED, userId: bob.userId, chatId: "", details, version: 3n },
      { eventType: CHAT_LINKED, userId: alice.userId, chatId, version: 2n },
      { eventType: MADE, details: { title: "Orders", kind: "bpmn" }, version: 1n },
    ]);
  });

  it("comes page by page while it goes on, and not with a token of another artifact", async () => {
    const alice = await server.as();
    const artifactId = await newArtifactOf(alice);
    const rename = (title: string) => alice.artifactCommands.renameArtifact({ artifactId, title });
    for (const title of ["A", "B", "C", "D"]) await rename(title);
    const { getArtifactHistory } = alice.artifactQueries;
    const pages = await everyPage(
      async (pageToken) => {
        const page = await getArtifactHistory({ artifactId, pageSize: 2, pageToken });
        return {
          items: page.entries.map(({ version }) => Number(version)),
          nextPageToken: page.nextPageToken,
        };
      },
      (page) => rename(`later ${page}`),
    );
    expect(pages).toEqual([[5, 4], [3, 2], [1]]);
    const { nextPageToken: pageToken } = await getArtifactHistory({ artifactId, pageSize: 1 });
    const other = await newArtifactOf(alice);
    expect(await refusalOf(getArtifactHistory({ artifactId: other, pageToken }))).toMatchObject({
      reason: "PAGE_TOKEN_INVALID",
    });
    expect(await refusalOf(getArtifactHistory({ artifactId, pageSize: -1 }))).toMatchObject({
      reason: "SCHEMA_VIOLATION",
    });
  });
});

describe("the list of artifacts", () => {
  const KINDS = ["bpmn", "bpmn::process", "bpmn-x", "bpm_", "b", "archimate::view"];
  const listed = async (caller: Caller, kinds: string[]) =>
    (await caller.artifactQueries.listArtifacts({ kinds })).artifacts.map(({ kind }) => kind).toSorted();

  it("takes a kind with its qualified ones, and no character for another", async () => {
    const alice = await server.as();
    for (const kind of KINDS) await newArtifactOf(alice, { kind });
    expect(await listed(alice, ["bpmn"])).toEqual(["bpmn", "bpmn::process"]);
    expect(await listed(alice, ["bpmn::process"])).toEqual(["bpmn::process"]);
    expect(await listed(alice, ["bpm_"])).toEqual(["bpm_"]);
    expect(await listed(alice, ["b", "archimate", "b"])).toEqual(["archimate::view", "b"]);
    for (const kind of ["%", "bpmn%", "____", "\\", "bpmn::", "BPMN", "' OR ''='"]) {
      expect(await listed(alice, [kind])).toEqual([]);
    }
  });

  it("comes page by page, last changed first, while others change, and not with other kinds", async () => {
    const alice = await server.as();
    const artifactIds: string[] = [];
    for (const _ of KINDS) artifactIds.unshift(await newArtifactOf(alice));
    const { listArtifacts } = alice.artifactQueries;
    const [first = ""] = artifactIds;
    const pages = await everyPage(
      async (pageToken) => {
        const { artifacts, nextPageToken } = await listArtifacts({ pageSize: 4, pageToken });
        return { items: artifacts.map(({ artifactId }) => artifactId), nextPageToken };
      },
      () => alice.artifactCommands.renameArtifact({ artifactId: first, title: "Changed" }),
    );
    expect(pages).toEqual([artifactIds.slice(0, 4), artifactIds.slice(4)]);
    const { nextPageToken: pageToken } = await listArtifacts({ pageSize: 1 });
    expect(await refusalOf(listArtifacts({ pageToken, kinds: ["bpmn"] }))).toMatchObject({
      code: "InvalidArgument",
      reason: "PAGE_TOKEN_INVALID",
    });
    expect(await refusalOf(listArtifacts({ pageSize: -1 }))).toMatchObject({ reason: "SCHEMA_VIOLATION" });
    expect((await listArtifacts({ pageSize: 1_000_000 })).artifacts).toHaveLength(6);
  });
});
