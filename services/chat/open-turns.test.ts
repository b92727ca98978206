import { ChatMessageSchema, MessageRole, MultitaskStrategy } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import {
  AnswerWithdrawnSchema,
  ChatDeletedSchema,
  MessageSentSchema,
  TurnResumedSchema,
  TurnWithdrawnSchema,
} from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import { evolveChat, newChat, type ChatEvent, type ChatState } from "./chat.ts";
import { decideAnswer, decideSend, decideTurnResumed, decideWithdraw, LONGEST_QUEUE } from "./decide-turn.ts";
import { openRuns } from "./open-turns.ts";

const { REJECT, ENQUEUE, INTERRUPT, ROLLBACK } = MultitaskStrategy;

const question = (runId: string) =>
  create(ChatMessageSchema, { role: MessageRole.USER, runId, messageId: runId });
const answer = (runId: string) => create(ChatMessageSchema, { role: MessageRole.ASSISTANT, runId });
const asked = (runId: string) => create(MessageSentSchema, { message: question(runId) });
const answered = (runId: string) => create(MessageSentSchema, { message: answer(runId) });
const withdrawn = (runId: string) => create(TurnWithdrawnSchema, { runId, messageId: runId });

/** A chat with this history. */
const given = (...events: ChatEvent[]): ChatState =>
  events.reduce(
    (chat, event, i) => evolveChat(chat, event, { version: i + 1, time: new Date(i) }),
    newChat("chat"),
  );

describe("a message sent while a run is active", () => {
  it("is refused by default, and waits where it may", () => {
    const chat = given(asked("a"));
    expect(() => decideSend(chat, question("b"))).toThrowError("still being written");
    expect(() => decideSend(chat, question("b"), REJECT)).toThrowError("still being written");
    for (const strategy of [ENQUEUE, INTERRUPT, ROLLBACK])
      expect(decideSend(chat, question("b"), strategy)).toEqual([asked("b")]);
    expect(openRuns(given(asked("a"), asked("b"), asked("c")))).toEqual(["a", "b", "c"]);
  });

  it("is refused once ten wait", () => {
    const full = given(...Array.from({ length: LONGEST_QUEUE + 1 }, (_, i) => asked(`run ${i}`)));
    expect(full.waitingRunIds).toHaveLength(LONGEST_QUEUE);
    expect(() => decideSend(full, question("one more"), ENQUEUE)).toThrowError(
      expect.objectContaining({
        reason: "TURN_QUEUE_FULL",
        metadata: { chat_id: "chat", limit: "10" },
      }) as Error,
    );
    expect(() => decideSend(full, question("one more"))).toThrowError("still being written");
  });
});

describe("turns that wait", () => {
  it("begin in the order of their messages, one after the other", () => {
    const two = given(asked("a"), asked("b"), asked("c"), answered("a"));
    expect(two).toMatchObject({ activeRunId: "b", waitingRunIds: ["c"], messageCount: 4 });
    const none = [answered("b"), answered("c")].reduce(
      (chat, event) => evolveChat(chat, event, { version: 9, time: new Date(9) }),
      two,
    );
    expect(none).toMatchObject({ activeRunId: "", waitingRunIds: [], messageCount: 6 });
  });

  it("may be taken out, and the others keep their places", () => {
    const chat = given(asked("a"), asked("b"), asked("c"));
    expect(decideAnswer(chat, answer("b"))).toEqual([answered("b")]);
    const without = given(asked("a"), asked("b"), asked("c"), answered("b"));
    expect(openRuns(without)).toEqual(["a", "c"]);
    expect(decideAnswer(without, answer("b"))).toEqual([]);
  });

  it("are gone with their chat", () => {
    const chat = given(asked("a"), asked("b"), withdrawn("a"), create(ChatDeletedSchema));
    expect(chat).toMatchObject({ activeRunId: "", waitingRunIds: [], withdrawnRunIds: [] });
    expect(decideAnswer(chat, answer("a"))).toEqual([]);
  });
});

describe("a turn that is rolled back", () => {
  it("no longer counts, and stays open until its run has ended; its answer is no message", () => {
    const chat = given(asked("a"), withdrawn("a"), asked("b"));
    expect(chat).toMatchObject({
      activeRunId: "a",
      waitingRunIds: ["b"],
      withdrawnRunIds: ["a"],
      messageCount: 1,
    });
    const [end] = decideAnswer(chat, answer("a"));
    expect(end).toEqual(create(AnswerWithdrawnSchema, { message: answer("a") }));
    const after = given(asked("a"), withdrawn("a"), asked("b"), end as ChatEvent);
    expect(after).toMatchObject({
      activeRunId: "b",
      waitingRunIds: [],
      withdrawnRunIds: [],
      messageCount: 1,
    });
  });

  it("is rolled back once, and only while it is open", () => {
    const turn = { runId: "a", messageId: "a" };
    expect(decideWithdraw(given(asked("a")), turn)).toEqual([withdrawn("a")]);
    expect(decideWithdraw(given(asked("a"), withdrawn("a")), turn)).toEqual([]);
    expect(decideWithdraw(given(asked("a"), answered("a")), turn)).toEqual([]);
  });
});

it("those who read the chat hear that its turn goes on, and of no other's", () => {
  expect(decideTurnResumed(given(asked("a"), asked("b")), "a")).toEqual([
    create(TurnResumedSchema, { runId: "a" }),
  ]);
  expect(decideTurnResumed(given(asked("a"), asked("b")), "b")).toEqual([]);
  expect(openRuns(given(asked("a"), create(TurnResumedSchema, { runId: "a" })))).toEqual(["a"]);
});
