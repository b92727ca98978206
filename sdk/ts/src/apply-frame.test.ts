import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { RunState, UsageStage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { describe, expect, it } from "vitest";
import { positionOf } from "./run-progress.ts";
import { frame, given, text, textPart, when } from "./testing/frames.ts";
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

function snapshot(seq: number, parts: ReturnType<typeof textPart>[], state = RunState.RUNNING): FrameBody {
  return { case: "snapshot", value: { state, parts, seq: BigInt(seq) } };
}

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

describe("the end", () => {
  it("that only the database knows of replaces what the line left unsaid, and keeps the place on it", () => {
    const whole = frame(0, snapshot(0, [textPart("He𝒜llo!")], RunState.COMPLETED));
    const applied = when(given(hello, world), whole, frame(0, status(RunState.COMPLETED)));
    expect(applied).toMatchObject({ verdict: "ended", progress: { seq: 2n, view: { text: "He𝒜llo!" } } });
    // A picture of the line from before is no end.
    const older = frame(0, snapshot(1, [textPart("He𝒜")]));
    expect(when(given(hello, world), older).progress.view.text).toBe("He𝒜llo");
  });

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

describe("usage", () => {
  it("is the totals of the latest frame, which an estimate before it is not added to", () => {
    const { ESTIMATED, REPORTED, SETTLED } = UsageStage;
    const told = (seq: number, stage: UsageStage, outputTokens: bigint) =>
      frame(seq, { case: "usage", value: { stage, outputTokens, usageEntryId: "entry" } });
    const frames = [told(2, ESTIMATED, 0n), told(3, ESTIMATED, 256n), told(4, REPORTED, 301n)];
    const { view } = when(given(hello), ...frames, told(5, SETTLED, 301n)).progress;
    expect(view.usage).toMatchObject({ stage: SETTLED, outputTokens: 301n, usageEntryId: "entry" });
  });
});
