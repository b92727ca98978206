import { ToolCallState } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { PatchStatus } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
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

describe("a suggestion", () => {
  const suggestion = (patchId: string, stands: PatchStatus): FrameBody => ({
    case: "suggestion",
    value: { toolCallId: "1", patch: { patchId, status: stands }, summary: ["Adds the task “Check credit”"] },
  });
  const proposed = frame(2, call("1", 3));
  const told = ({ progress }: ReturnType<typeof when>) =>
    progress.view.suggestions.map(({ patch }) => [patch?.patchId, patch?.status]);

  it("is shown once, as the patch stands last", () => {
    const open = when(given(hello, proposed), frame(3, suggestion("p", PatchStatus.PROPOSED)));
    expect(open.all).toMatchObject([{ kind: "suggestion", patchId: "p" }]);
    const decided = when(open.progress, frame(4, suggestion("p", PatchStatus.APPLIED)));
    expect(told(decided)).toEqual([["p", PatchStatus.APPLIED]]);
    const next = when(decided.progress, frame(5, suggestion("q", PatchStatus.PROPOSED)));
    expect(told(next).map(([id]) => id)).toEqual(["p", "q"]);
  });

  it("goes with the tool call that made it", () => {
    const before = given(hello, proposed, frame(3, suggestion("p", PatchStatus.PROPOSED)));
    expect(told(when(before, frame(4, retract(3, 1))))).toHaveLength(1);
    expect(told(when(before, frame(4, retract(3, 0))))).toEqual([]);
    const parts = [textPart("He𝒜"), callPart("1")];
    expect(told(when(before, frame(0, snapshot(9, parts))))).toHaveLength(1);
    expect(told(when(before, frame(0, snapshot(9, [textPart("He𝒜")]))))).toEqual([]);
  });

  it("of a call that is not here is a gap", () => {
    expect(when(given(hello), frame(2, suggestion("p", PatchStatus.PROPOSED))).verdict).toBe("gap");
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
