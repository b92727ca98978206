import { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  ChatMessageSchema,
  ChatMetadataSchema,
  ChatVisibility,
  MessageRole,
  type ChatMessageSchema as Message,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import {
  ChatArtifactLinkedSchema,
  ChatArtifactUnlinkedSchema,
  ChatCreatedSchema,
  ChatDeletedSchema,
  ChatRenamedSchema,
  ChatVisibilityChangedSchema,
  MessageSentSchema,
} from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import {
  decideCreate,
  decideDelete,
  decideLink,
  decideRename,
  decideShare,
  decideUnlink,
  evolveChat,
  newChat,
  type ChatEvent,
  type ChatState,
} from "./chat.ts";
import { decideAnswer, decideSend } from "./decide-turn.ts";

const CHAT = "0199aa00-0000-7000-8000-000000000001";
const ARTIFACT = "0199aa00-0000-7000-8000-000000000002";
const RUN = "0199aa00-0000-7000-8000-000000000003";
const OTHER_RUN = "0199aa00-0000-7000-8000-000000000004";

type Parts = NonNullable<MessageInitShape<typeof Message>["parts"]>;

const at = (version: number) => ({ version, time: new Date(1_000 * version) });
const text = (value: string) => ({ kind: { case: "text" as const, value: { text: value } } });
const code = (content: string) => ({ kind: { case: "code" as const, value: { content } } });
const question = (parts: Parts = [text("hi")], runId = RUN) =>
  create(ChatMessageSchema, { chatId: CHAT, role: MessageRole.USER, runId, parts });
const answer = (runId = RUN) =>
  create(ChatMessageSchema, { chatId: CHAT, role: MessageRole.ASSISTANT, runId, parts: [text("ho")] });

const created = (fields: MessageInitShape<typeof ChatCreatedSchema> = {}) =>
  create(ChatCreatedSchema, { userId: "alice", visibility: ChatVisibility.PRIVATE, ...fields });
const sent = (message = question()) => create(MessageSentSchema, { message });
const shared = (visibility: ChatVisibility, teamIds: string[] = []) =>
  create(ChatVisibilityChangedSchema, { visibility, teamIds });

/** A chat with this history. */
const given = (...events: ChatEvent[]): ChatState =>
  events.reduce((chat, event, i) => evolveChat(chat, event, at(i + 1)), newChat(CHAT));

describe("a new chat", () => {
  const alices = { userId: "alice", teams: ["red"], title: "", agentId: "assistant", metadata: undefined };

  it("is private unless it says otherwise, and notes its creator's teams", () => {
    const of = (visibility: ChatVisibility) => decideCreate({ ...alices, visibility });
    const noted = { agentId: alices.agentId, teamIds: ["red"] };
    const { PRIVATE, TENANT, TEAM, UNSPECIFIED } = ChatVisibility;
    expect(of(UNSPECIFIED)).toEqual([created({ ...noted, visibility: PRIVATE })]);
    expect(of(PRIVATE)).toEqual([created({ ...noted, visibility: PRIVATE })]);
    expect(of(TENANT)).toEqual([created({ ...noted, visibility: TENANT })]);
    expect(of(TEAM)).toEqual([created({ ...noted, visibility: TEAM })]);
  });

  it("holds what it was created with, from then on", () => {
    const metadata = { description: "d", tags: ["t"], labels: { a: "b" } };
    const {
      title,
      userId,
      createTime,
      updateTime,
      version,
      messageCount,
      metadata: noted,
    } = given(created({ title: "T", metadata }));
    expect({ title, userId, version, messageCount }).toEqual({
      title: "T",
      userId: "alice",
      version: 1,
      messageCount: 0,
    });
    expect([createTime, updateTime]).toEqual([at(1).time, at(1).time]);
    expect(noted).toMatchObject(metadata);
  });

  it("with an empty note has none", () => {
    const metadata = create(ChatMetadataSchema);
    const decided = decideCreate({ ...alices, visibility: ChatVisibility.TENANT, metadata });
    expect(given(...decided).metadata).toBeUndefined();
  });

  it("changes later than it was created", () => {
    const chat = given(created(), create(ChatRenamedSchema, { title: "T" }));
    expect([chat.createTime, chat.updateTime]).toEqual([at(1).time, at(2).time]);
  });
});

describe("a turn", () => {
  it("is opened by a message and closed by its answer", () => {
    expect(decideSend(given(created()), question())).toEqual([sent()]);
    const asked = given(created(), sent());
    expect([asked.activeRunId, asked.messageCount]).toEqual([RUN, 1]);
    expect(decideAnswer(asked, answer())).toEqual([sent(answer())]);
    const answered = given(created(), sent(), sent(answer()));
    expect([answered.activeRunId, answered.messageCount]).toEqual(["", 2]);
    expect(decideSend(answered, question([text("more")], OTHER_RUN))).toHaveLength(1);
  });

  it("keeps others from sending, and says whose it is", () => {
    const send = () => decideSend(given(created(), sent()), question([text("more")], OTHER_RUN));
    expect(send).toThrow(
      expect.objectContaining({ reason: "RUN_ACTIVE", metadata: { run_id: RUN, chat_id: CHAT } }) as Error,
    );
  });

  it("takes no answer of another run, none twice, and none once the chat was deleted", () => {
    expect(decideAnswer(given(created(), sent()), answer(OTHER_RUN))).toEqual([]);
    expect(decideAnswer(given(created(), sent(), sent(answer())), answer())).toEqual([]);
    expect(decideAnswer(given(created()), answer())).toEqual([]);
    const deleted = given(created(), sent(), create(ChatDeletedSchema));
    expect([deleted.deleted, deleted.activeRunId]).toEqual([true, ""]);
    expect(decideAnswer(deleted, answer())).toEqual([]);
    expect(decideAnswer(deleted, answer(""))).toEqual([]);
  });
});

describe("a title that nobody gave", () => {
  const titleAfter = (...parts: Parts) => given(created(), sent(question(parts))).title;

  it.each([
    ["is the first message's first line", "Hello\nworld", "Hello"],
    ["knows the lines of every system", "Hello\r\nworld", "Hello"],
    ["passes over empty lines and the space around", "\n \n  Hello  \n\nworld", "Hello"],
    ["holds no control characters, as no title does", "a\tb\u0007c\u007f\0d", "a b c d"],
    ["is whole up to 80 characters", "é".repeat(80), "é".repeat(80)],
    ["is cut beyond", "é".repeat(81), `${"é".repeat(79)}…`],
    ["counts a character as one, however it is stored", "😀".repeat(80), "😀".repeat(80)],
    ["is cut between characters", "😀".repeat(99), `${"😀".repeat(79)}…`],
  ])("%s", (_name, said, title) => {
    expect(titleAfter(text(said))).toBe(title);
  });

  it("is taken from the first part that says something", () => {
    expect(titleAfter(code("x"), text(" \n"), text("Hello"), text("world"))).toBe("Hello");
  });

  it("waits for words when the first message has none", () => {
    expect(titleAfter(code("print(1)"))).toBe("");
    expect(titleAfter(text(" \n\t "))).toBe("");
    const later = given(
      created(),
      sent(question([code("print(1)")])),
      sent(question([text("Why?")], OTHER_RUN)),
    );
    expect(later.title).toBe("Why?");
  });

  it("does not follow later messages, nor replace one that was given", () => {
    expect(given(created(), sent(), sent(answer()), sent(question([text("more")]))).title).toBe("hi");
    expect(given(created({ title: "T" }), sent()).title).toBe("T");
    expect(given(created(), create(ChatRenamedSchema, { title: "T" }), sent()).title).toBe("T");
  });
});

describe("renaming", () => {
  it("changes the title, and nothing where it is that already", () => {
    const chat = given(created({ title: "Old" }));
    const decided = decideRename(chat, "New");
    expect(decided).toEqual([create(ChatRenamedSchema, { title: "New" })]);
    expect(given(created({ title: "Old" }), ...decided).title).toBe("New");
    expect(decideRename(chat, "Old")).toEqual([]);
  });
});

describe("sharing", () => {
  const { PRIVATE, TEAM, TENANT } = ChatVisibility;
  const alice = (...teams: string[]) => ({ userId: "alice", teams });
  const admin = { userId: "ada", teams: ["blue"] };

  it("notes the creator's teams of that time", () => {
    const decided = decideShare(given(created()), TEAM, alice("red", "blue"));
    expect(decided).toEqual([shared(TEAM, ["red", "blue"])]);
    expect(given(created(), ...decided)).toMatchObject({ visibility: TEAM, teamIds: ["red", "blue"] });
  });

  it("by an admin is with the creator's teams, never the admin's", () => {
    const chat = given(created({ visibility: TENANT, teamIds: ["red"] }));
    expect(decideShare(chat, TEAM, admin)).toEqual([shared(TEAM, ["red"])]);
    const hidden = given(created({ teamIds: ["red"] }), shared(TENANT, ["red"]), shared(PRIVATE, ["red"]));
    expect(decideShare(hidden, TEAM, admin)).toEqual([shared(TEAM, ["red"])]);
    expect(decideShare(given(created({ visibility: TENANT })), TEAM, admin)).toEqual([shared(TEAM)]);
  });

  it("as it is shared already changes nothing, unless it is with other teams", () => {
    expect(decideShare(given(created()), PRIVATE, alice("red"))).toEqual([]);
    expect(decideShare(given(created(), shared(TENANT)), TENANT, alice("red"))).toEqual([]);
    const chat = given(created(), shared(TEAM, ["red", "blue"]));
    expect(decideShare(chat, TEAM, alice("red", "blue"))).toEqual([]);
    expect(decideShare(chat, TEAM, admin)).toEqual([]);
    expect(decideShare(chat, TEAM, alice("red"))).toEqual([shared(TEAM, ["red"])]);
    expect(decideShare(chat, TEAM, alice("red,blue"))).toEqual([shared(TEAM, ["red,blue"])]);
  });
});

describe("deleting", () => {
  it("happens once", () => {
    expect(decideDelete(given(created()))).toEqual([create(ChatDeletedSchema)]);
    expect(decideDelete(given(created(), create(ChatDeletedSchema)))).toEqual([]);
  });
});

describe("linking", () => {
  const { CREATED, REFERENCED, UNSPECIFIED } = RelationType;
  const linked = (relationType: RelationType) =>
    create(ChatArtifactLinkedSchema, { artifactId: ARTIFACT, relationType });

  it("twice with one type changes nothing, with another the type", () => {
    expect(decideLink(undefined, ARTIFACT, CREATED)).toEqual([linked(CREATED)]);
    expect(decideLink(CREATED, ARTIFACT, CREATED)).toEqual([]);
    expect(decideLink(CREATED, ARTIFACT, REFERENCED)).toEqual([linked(REFERENCED)]);
  });

  it("without a type refers", () => {
    expect(decideLink(undefined, ARTIFACT, UNSPECIFIED)).toEqual([linked(REFERENCED)]);
    expect(decideLink(REFERENCED, ARTIFACT, UNSPECIFIED)).toEqual([]);
  });

  it("and unlinking are changes of the chat, but not of its words", () => {
    const [unlinked] = decideUnlink(ARTIFACT);
    const before = given(created({ title: "T" }), sent());
    const after = given(
      created({ title: "T" }),
      sent(),
      linked(CREATED),
      create(ChatArtifactUnlinkedSchema, { artifactId: ARTIFACT }),
    );
    expect(unlinked).toEqual(create(ChatArtifactUnlinkedSchema, { artifactId: ARTIFACT }));
    expect(after).toEqual({ ...before, version: 4, updateTime: at(4).time });
  });
});
