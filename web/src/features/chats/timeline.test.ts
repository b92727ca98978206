import { create } from "@bufbuild/protobuf";
import {
  AnswerState,
  type ChatMessage,
  ChatMessageSchema,
  FinishReason,
  MessagePartSchema,
  MessageRole,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { InterruptSchema } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import { RunErrorSchema, RunSchema, RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LiveRun, TimelineInput } from "./timeline.ts";
import { inOrder, isCaughtUp, newestOf, timeline } from "./timeline.ts";

const text = (value: string) => create(MessagePartSchema, { kind: { case: "text", value: { text: value } } });

function question(messageId: string, runId = "", said = "why?") {
  return create(ChatMessageSchema, { messageId, runId, role: MessageRole.USER, parts: [text(said)] });
}

function answer(messageId: string, runId: string, answerState = AnswerState.COMPLETE) {
  return create(ChatMessageSchema, {
    messageId,
    runId,
    role: MessageRole.ASSISTANT,
    parts: [text("so.")],
    answerState,
  });
}

function live(runId: string, state: RunState, said = ""): LiveRun {
  return { runId, state, parts: said ? [text(said)] : [] };
}

function rowsOf(input: Partial<TimelineInput>) {
  return timeline({
    messages: [],
    activeRunId: "",
    live: undefined,
    runs: new Map(),
    pending: undefined,
    ...input,
  });
}

const shape = (rows: ReturnType<typeof rowsOf>) =>
  rows.map((row) => (row.kind === "answer" ? row.status : row.kind));

describe("timeline", () => {
  it("shows every message once and in order, however often and late it came", () => {
    const ids = fc.uniqueArray(fc.integer({ min: 0, max: 999 }).map((n) => String(n).padStart(3, "0")));
    fc.assert(
      fc.property(ids, fc.infiniteStream(fc.nat()), (known, picks) => {
        const twice = [...known, ...known].toSorted(() => (Number(picks.next().value) % 3) - 1);
        const shown = inOrder(twice.map((id) => question(id))).map(({ messageId }) => messageId);
        expect(shown).toEqual(known.toSorted());
      }),
    );
  });

  it("shows what was asked meanwhile after the answer, and what waits as waiting", () => {
    const of = (message: ChatMessage, turn: bigint) => ({ ...message, turn });
    const messages = [
      of(question("1", "a"), 1n),
      of(question("2", "b"), 2n),
      of(question("3", "c"), 3n),
      of(answer("4", "a"), 1n),
    ];
    const rows = rowsOf({ messages, activeRunId: "b", waitingRunIds: ["c"] });
    expect(rows.map((row) => ("message" in row ? row.message.messageId : row.key))).toEqual([
      "1",
      "a",
      "2",
      "b",
      "3",
    ]);
    expect(rows.map((row) => row.kind === "message" && row.waitingRunId)).toEqual([
      "",
      false,
      "",
      false,
      "c",
    ]);
    expect(isCaughtUp(messages, ["b", "c"])).toBe(true);
    expect(isCaughtUp(messages, ["c"])).toBe(false);
    expect(newestOf(messages)).toBe("4");
  });

  it("shows a question only while it is asked, and that an answer was cut", () => {
    const interrupt = create(InterruptSchema, { interruptId: "q", prompt: "Which?" });
    const asking = { ...live("r", RunState.INTERRUPTED), interrupt };
    const [, row] = rowsOf({ messages: [question("1", "r")], activeRunId: "r", live: asking });
    expect(row).toMatchObject({ status: "asking", interrupt: { prompt: "Which?" }, cut: false });
    const cut = { ...answer("2", "r"), finishReason: FinishReason.LENGTH };
    const [, ended] = rowsOf({ messages: [question("1", "r"), cut], live: asking });
    expect(ended).toMatchObject({ status: "complete", interrupt: undefined, cut: true });
  });

  it("shows how the run before ended until its message is there", () => {
    const messages = [question("1", "a"), question("2", "b")];
    const before = live("a", RunState.COMPLETED, "so.");
    const rows = rowsOf({ messages, activeRunId: "b", live: live("b", RunState.RUNNING, "well"), before });
    expect(shape(rows)).toEqual(["message", "complete", "message", "running"]);
  });

  it("shows that an answer is awaited before the first word", () => {
    expect(shape(rowsOf({ messages: [question("1", "r")], activeRunId: "r" }))).toEqual([
      "message",
      "waiting",
    ]);
  });

  it("shows what is said so far below the question", () => {
    const rows = rowsOf({
      messages: [question("1", "r")],
      activeRunId: "r",
      live: live("r", RunState.RUNNING, "be"),
    });
    expect(shape(rows)).toEqual(["message", "running"]);
  });

  it("replaces the live answer by the stored one in the same row", () => {
    const before = rowsOf({
      messages: [question("1", "r")],
      activeRunId: "r",
      live: live("r", RunState.RUNNING, "so"),
    });
    const after = rowsOf({
      messages: [question("1", "r"), answer("2", "r")],
      live: live("r", RunState.COMPLETED, "so."),
    });
    expect(shape(after)).toEqual(["message", "complete"]);
    expect(after[1]?.key).toBe(before[1]?.key);
  });

  it("keeps a finished live answer until its message arrives", () => {
    const rows = rowsOf({ messages: [question("1", "r")], live: live("r", RunState.COMPLETED, "so.") });
    expect(shape(rows)).toEqual(["message", "complete"]);
  });

  it("tells what came of a run that left no message", () => {
    const run = create(RunSchema, { runId: "r", state: RunState.FAILED, error: { message: "down" } });
    const rows = rowsOf({ messages: [question("1", "r")], runs: new Map([["r", run]]) });
    expect(shape(rows)).toEqual(["message", "failed"]);
    expect(rows[1]).toMatchObject({ error: { message: "down" }, question: "why?" });
  });

  it("tells a stop by the budget from one by a person", () => {
    const error = create(RunErrorSchema, { message: "spent" });
    const cut = { ...live("r", RunState.CANCELLED, "so"), error };
    expect(shape(rowsOf({ messages: [question("1", "r")], live: cut }))).toEqual(["message", "budget"]);
    const stopped = live("r", RunState.CANCELLED, "so");
    expect(shape(rowsOf({ messages: [question("1", "r")], live: stopped }))).toEqual(["message", "stopped"]);
  });

  it("lets a partial answer be asked again", () => {
    const rows = rowsOf({ messages: [question("1", "r"), answer("2", "r", AnswerState.CANCELLED)] });
    expect(rows[1]).toMatchObject({ status: "stopped", question: "why?" });
  });

  it("shows a message on its way until the stored one is there", () => {
    const pending = { text: "and then?", afterId: "2" };
    const before = [question("1", "r", "and then?"), answer("2", "r")];
    expect(shape(rowsOf({ messages: before, pending }))).toEqual(["message", "complete", "pending"]);
    const after = [...before, question("3", "s", "and then?")];
    expect(shape(rowsOf({ messages: after, pending }))).toEqual(["message", "complete", "message"]);
  });
});
