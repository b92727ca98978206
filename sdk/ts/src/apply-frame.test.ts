import { ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { describe, expect, it } from "vitest";
import { positionOf } from "./run-progress.ts";
import { call, callPart, frame, given, text, textPart, when } from "./testing/frames.ts";
import type { FrameBody } from "./testing/story.ts";

const hello = frame(1, text(0, "He𝒜"), { resumeToken: "t1" });
const world = frame(2, text(3, "llo"));

function status(state: RunState, messageId = ""): FrameBody {
  return { case: "status", value: { state, messageId } };
}

function heartbeat(highSeq: number): FrameBody {
  return { case: "heartbeat", value: { highSeq: BigInt(highSeq) } };
}

function resumed(state: ResumeState, nextSeq: number, epoch = "e1"): FrameBody {
  return { case: "resumed", value: { state, epoch, nextSeq: BigInt(nextSeq) } };
}

function retract(toOffset: number, keepToolCalls: number): FrameBody {
  return { case: "retract", value: { toOffset: BigInt(toOffset), keepToolCalls } };
}

function snapshot(seq: number, parts: ReturnType<typeof textPart>[], state = RunState.RUNNING): FrameBody {
  return { case: "snapshot", value: { state, parts, seq: BigInt(seq) } };
}

describe("text", () => {
  it("is put at its offset in code points", () => {
    const { all, progress } = when(given(), hello, world);
    expect(progress.view.text).toBe("He𝒜llo");
    expect(progress.view.parts).toEqual([textPart("He𝒜llo")]);
    expect(all).toMatchObject([
      { kind: "text", offset: 0, appended: "He𝒜" },
      { kind: "text", offset: 3, appended: "llo" },
    ]);
  });

  it("is not doubled by a frame that comes twice", () => {
    const before = given(hello, world);
    const applied = when(before, hello, world);
    expect(applied).toMatchObject({ all: [], verdict: "read", advanced: false });
    expect(applied.progress).toBe(before);
  });

  it("is not doubled by a delta that overlaps what is there", () => {
    const { progress, all } = when(given(hello), frame(2, text(1, "e𝒜ll")), frame(3, text(2, "𝒜l")));
    expect(progress.view.text).toBe("He𝒜ll");
    expect(all).toMatchObject([{ kind: "text", offset: 3, appended: "ll" }]);
  });

  it("beyond the end is a gap", () => {
    expect(when(given(hello), frame(2, text(4, "x"))).verdict).toBe("gap");
  });
});

describe("the sequence line", () => {
  it("shows a frame that is missing", () => {
    const before = given(hello);
    const applied = when(before, frame(3, text(6, "!")));
    expect(applied).toMatchObject({ verdict: "gap", updates: [] });
    expect(applied.progress).toBe(before);
  });

  it("shows in a heartbeat that frames are missing, or that another line began", () => {
    expect(when(given(hello), frame(0, heartbeat(1)))).toMatchObject({
      verdict: "read",
      advanced: true,
      all: [],
    });
    expect(when(given(hello), frame(0, heartbeat(2))).verdict).toBe("gap");
    expect(when(given(hello), frame(0, heartbeat(1), { epoch: "e2" })).verdict).toBe("gap");
    expect(when(given(), frame(0, heartbeat(1))).verdict).toBe("gap");
  });

  it("may begin after a heartbeat", () => {
    expect(when(given(), frame(0, heartbeat(0)), hello).progress.view.text).toBe("He𝒜");
  });

  it("does not begin in the middle", () => {
    expect(when(given(), world).verdict).toBe("gap");
  });

  it("does not change under way", () => {
    expect(when(given(hello), frame(1, text(0, "x"), { epoch: "e2" })).verdict).toBe("gap");
    expect(when(given(hello), frame(2, text(3, "x"), { epoch: "e2" })).verdict).toBe("gap");
  });

  it("that is told from its first frame replaces another one, and says so", () => {
    const before = { ...given(hello), fromStart: true };
    const { progress, all } = when(before, frame(1, text(0, "Hi"), { epoch: "e2" }));
    expect(all).toMatchObject([
      { kind: "retract", toOffset: 0, view: { text: "" } },
      { kind: "text", appended: "Hi" },
    ]);
    expect(progress).toMatchObject({ epoch: "e2", seq: 1n });
  });

  it("holds a place for frames of a kind that is not known yet", () => {
    const { progress, all } = when(given(hello), frame(2, { case: undefined }), frame(3, text(3, "!")));
    expect(progress.view.text).toBe("He𝒜!");
    expect(all).toHaveLength(1);
  });

  it("is left alone by usage, status and error without a seq, but text without one is a gap", () => {
    const { progress, verdict } = when(
      given(hello),
      frame(0, { case: "usage", value: { outputTokens: 3n } }),
      world,
    );
    expect(progress.view).toMatchObject({ text: "He𝒜llo", usage: { outputTokens: 3n } });
    expect(verdict).toBe("read");
    expect(when(given(hello), frame(0, text(3, "x"))).verdict).toBe("gap");
  });
});

describe("the position", () => {
  it("is the latest token and the last seq behind it", () => {
    expect(positionOf(given(hello, world))).toEqual({ resumeToken: "t1", afterSeq: 2n });
  });

  it("has no seq of a line that the token does not belong to", () => {
    const progress = given(hello, frame(0, snapshot(7, [textPart("Hi")]), { epoch: "e2" }));
    expect(progress).toMatchObject({ epoch: "e2", seq: 7n });
    expect(positionOf(progress)).toEqual({ resumeToken: "t1", afterSeq: 0n });
  });

  it("never takes the token of a resumed frame: what it announces may not arrive", () => {
    const announced = frame(0, resumed(ResumeState.SNAPSHOT_THEN_CONTINUED, 9), { resumeToken: "t9" });
    expect(positionOf(given(hello, announced)).resumeToken).toBe("t1");
  });

  it("never takes the token of a frame behind a gap", () => {
    const lost = frame(3, text(6, "!"), { resumeToken: "t3" });
    const behind = frame(0, heartbeat(5), { resumeToken: "t5" });
    expect(positionOf(given(hello, lost, behind)).resumeToken).toBe("t1");
  });
});

describe("after a resume", () => {
  it.each([
    ["the next seq", resumed(ResumeState.CONTINUED, 2), "read"],
    ["a seq it has", resumed(ResumeState.CONTINUED, 1), "read"],
    ["a later seq", resumed(ResumeState.CONTINUED, 3), "gap"],
    ["another epoch", resumed(ResumeState.CONTINUED, 2, "e2"), "gap"],
    ["another epoch from its start", resumed(ResumeState.CONTINUED, 1, "e2"), "gap"],
    ["no epoch", resumed(ResumeState.CONTINUED, 2, ""), "gap"],
    ["frames that are gone", resumed(ResumeState.GONE, 0), "gone"],
  ] as const)("CONTINUED or GONE with %s is %3$s", (_, body, verdict) => {
    expect(when(given(hello), frame(0, body)).verdict).toBe(verdict);
  });

  it("tells the consumer", () => {
    const { updates } = when(given(hello), frame(0, resumed(ResumeState.CONTINUED, 2)));
    expect(updates).toMatchObject([{ kind: "resumed", state: ResumeState.CONTINUED, view: { text: "He𝒜" } }]);
  });

  it("no frame of the line may stand before the snapshot that was announced", () => {
    const announced = frame(0, resumed(ResumeState.SNAPSHOT_THEN_CONTINUED, 1, "e2"), { epoch: "e2" });
    expect(when(given(), announced, frame(1, text(0, "Hi"), { epoch: "e2" })).verdict).toBe("gap");
  });
});

describe("a snapshot", () => {
  it("that goes on where the reader is takes nothing back and keeps parts", () => {
    const before = given(hello, frame(2, call("1", 3)));
    const parts = [textPart("He𝒜"), callPart("1"), textPart("llo")];
    const { all, progress } = when(before, frame(0, snapshot(9, parts), { resumeToken: "t9" }));
    expect(all).toMatchObject([{ kind: "snapshot", offset: 3, appended: "llo", view: { text: "He𝒜llo" } }]);
    expect(progress.view.parts[1]).toBe(before.view.parts[1]);
    expect(positionOf(progress)).toEqual({ resumeToken: "t9", afterSeq: 9n });
  });

  it("that says other text takes back what differs, and says so first", () => {
    const { all } = when(given(hello, world), frame(0, snapshot(9, [textPart("He𝒜p!")])));
    expect(all).toMatchObject([
      { kind: "retract", toOffset: 3, keepToolCalls: 0, view: { text: "He𝒜" } },
      { kind: "snapshot", offset: 3, appended: "p!", view: { text: "He𝒜p!" } },
    ]);
  });

  it("that says less takes back the rest", () => {
    const { all } = when(given(hello, frame(2, call("1", 3))), frame(0, snapshot(9, [textPart("H")])));
    expect(all).toMatchObject([
      { kind: "retract", toOffset: 1, keepToolCalls: 0 },
      { kind: "snapshot", appended: "" },
    ]);
  });

  it("of an earlier moment of the same line is ignored", () => {
    const before = given(hello, world);
    expect(when(before, frame(0, snapshot(1, [textPart("He𝒜")]))).progress).toBe(before);
  });

  it("may begin a stream, and deltas go on behind it", () => {
    const parts = [textPart("a"), callPart("1", { argumentsJson: '{"𝒜' }), textPart("b")];
    const args: FrameBody = { case: "toolArgsDelta", value: { toolCallId: "1", offset: 3n, json: '":1}' } };
    const { progress } = when(given(), frame(0, snapshot(4, parts)), frame(5, text(2, "c")), frame(6, args));
    expect(progress.view.parts).toEqual([
      textPart("a"),
      callPart("1", { argumentsJson: '{"𝒜":1}' }),
      textPart("bc"),
    ]);
  });

  it("of a run that ended waits for the word of the server", () => {
    const ended = given(frame(0, snapshot(4, [textPart("a")], RunState.COMPLETED)));
    expect(ended.view.done).toBe(false);
    expect(when(ended, frame(0, heartbeat(4))).verdict).toBe("quiet");
    expect(when(ended, frame(5, status(RunState.COMPLETED, "m1")))).toMatchObject({
      verdict: "ended",
      progress: { view: { done: true, messageId: "m1" } },
    });
  });
});

describe("tool calls", () => {
  it("stand where the text was when they were made", () => {
    const frames = [hello, frame(2, call("1", 3)), frame(3, call("2", 3)), frame(4, text(3, "llo"))];
    expect(given(...frames).view.parts).toEqual([
      textPart("He𝒜"),
      callPart("1"),
      callPart("2"),
      textPart("llo"),
    ]);
    expect(given(hello, frame(2, call("1", 1))).view.parts).toEqual([
      textPart("H"),
      callPart("1"),
      textPart("e𝒜"),
    ]);
  });

  it("get arguments by offset and a result", () => {
    const args = (offset: number, json: string): FrameBody => {
      return { case: "toolArgsDelta", value: { toolCallId: "1", offset: BigInt(offset), json } };
    };
    const result: FrameBody = {
      case: "toolResult",
      value: { toolCallId: "1", result: "ok", state: ToolCallState.DONE },
    };
    const started = given(frame(1, call("1", 0)));
    const { progress, all } = when(
      started,
      frame(2, args(0, '{"𝒜')),
      frame(3, args(2, '𝒜":1}')),
      frame(4, result),
    );
    expect(progress.view.parts).toEqual([callPart("1", { argumentsJson: '{"𝒜":1}', result: "ok" })]);
    expect(all).toMatchObject([{ kind: "tool", toolCallId: "1" }, { kind: "tool" }, { kind: "tool" }]);
    expect(when(started, frame(2, args(1, "x"))).verdict).toBe("gap");
  });

  it("that are not there, or stand beyond the text, are gaps", () => {
    const value = { toolCallId: "9", result: "ok", state: ToolCallState.DONE };
    expect(when(given(hello), frame(2, { case: "toolResult", value })).verdict).toBe("gap");
    expect(when(given(hello), frame(2, call("1", 4))).verdict).toBe("gap");
  });

  it("leave the identity of other parts alone", () => {
    const before = given(hello, frame(2, call("1", 3)), frame(3, call("2", 3)));
    const value = { toolCallId: "2", result: "ok", state: ToolCallState.DONE };
    const { parts } = when(before, frame(4, { case: "toolResult", value })).progress.view;
    expect(parts[0]).toBe(before.view.parts[0]);
    expect(parts[1]).toBe(before.view.parts[1]);
    expect(parts[2]).not.toBe(before.view.parts[2]);
  });
});

describe("a retract", () => {
  it("takes text and tool calls back, and the line goes on from there", () => {
    const before = given(hello, frame(2, call("1", 3)), frame(3, call("2", 3)), frame(4, text(3, "llo")));
    const { all, progress } = when(before, frame(5, retract(3, 1)), frame(6, text(3, "y")));
    expect(all).toMatchObject([
      { kind: "retract", toOffset: 3, keepToolCalls: 1 },
      { kind: "text", offset: 3, appended: "y" },
    ]);
    expect(progress.view.parts).toEqual([textPart("He𝒜"), callPart("1"), textPart("y")]);
  });

  it("takes back the tool calls beyond it whatever it counts", () => {
    const before = given(hello, frame(2, call("1", 3)));
    expect(when(before, frame(3, retract(2, 1))).progress.view.parts).toEqual([textPart("He")]);
  });

  it("of nothing says nothing", () => {
    expect(when(given(hello), frame(2, retract(3, 0)))).toMatchObject({ all: [], advanced: true });
  });

  it("lets a tool call come again under its id", () => {
    const again = when(given(frame(1, call("1", 0))), frame(2, retract(0, 0)), frame(3, call("1", 0)));
    expect(again.progress.view.parts).toEqual([callPart("1")]);
  });
});

describe("the end", () => {
  it.each([RunState.COMPLETED, RunState.CANCELLED, RunState.FAILED])("is a status %i", (state) => {
    const { verdict, updates } = when(given(hello), frame(2, status(state, "m1")));
    expect(verdict).toBe("ended");
    expect(updates).toMatchObject([
      { kind: "status", done: true, view: { done: true, state, messageId: "m1" } },
    ]);
  });

  it("keeps the error that came before it", () => {
    const failed = frame(2, { case: "error", value: { reason: 15, message: "spent" } });
    const { view } = given(hello, failed, frame(3, status(RunState.CANCELLED)));
    expect(view).toMatchObject({ error: { message: "spent" }, state: RunState.CANCELLED, done: true });
  });

  it("is not PARKED while the line goes on", () => {
    const parked = given(hello, frame(2, status(RunState.PARKED)));
    expect(parked.view.done).toBe(false);
    expect(when(parked, frame(0, heartbeat(2))).verdict).toBe("quiet");
    const on = when(parked, frame(3, status(RunState.RUNNING)), frame(4, text(3, "llo")));
    expect(on.progress.view).toMatchObject({ state: RunState.RUNNING, text: "He𝒜llo", done: false });
  });
});

describe("other frames", () => {
  it("say who speaks", () => {
    const value = { agentId: "simple-chat", agentVersion: "1", model: "offline/echo" };
    const { progress, all } = when(given(hello), frame(2, { case: "started", value }, { attempt: 2 }));
    expect(progress.view).toMatchObject({ attempt: 2, started: value, state: RunState.RUNNING });
    expect(all).toMatchObject([{ kind: "started", started: value }]);
  });

  it("ask to come back later", () => {
    const value = { delay: { seconds: 1n, nanos: 500_000_000 } };
    expect(when(given(hello), frame(0, { case: "reconnect", value }))).toMatchObject({
      verdict: "moved",
      delayMs: 1500,
      all: [],
    });
  });
});
