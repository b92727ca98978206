import { InterruptAnswerSchema, InterruptSchema } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import { create } from "@bufbuild/protobuf";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { describe, expect, it } from "vitest";
import {
  decideAdmit,
  decideCancel,
  decideClaim,
  decideEnd,
  decideGiveBack,
  decideResume,
  evolveRun,
  newRun,
  type AdmittedRun,
  type RunEvent,
  type RunOutcome,
  type RunRecord,
} from "./run.ts";

const AT = new Date("2025-01-02T03:04:05Z");
const { QUEUED, RUNNING, COMPLETED, CANCELLED, FAILED, PARKED, INTERRUPTED } = RunState;
const wanted: AdmittedRun = {
  userId: "alice",
  chatId: "c",
  messageId: "m",
  turn: 2,
  messages: [],
  agentId: "a",
  agentVersion: "1",
  model: "p/m",
  options: { maxOutputTokens: 5 },
  reservedMicros: 7,
};

/** The run after these steps. */
function given(...steps: ((run: RunRecord) => RunEvent[])[]): RunRecord {
  return steps.reduce((run, step) => {
    const [event] = step(run);
    return event ? evolveRun(run, event, { version: run.version + 1, time: AT }) : run;
  }, newRun("r"));
}

const admitted = () => decideAdmit(wanted);
const claimed = (attempt: number) => (run: RunRecord) => decideClaim(run, attempt, "x");
const cancelAsked = (run: RunRecord) => decideCancel(run, "bob");
const over = (state: RunOutcome["state"]) => (run: RunRecord) =>
  decideEnd(run, { state, parts: [], usage: undefined, error: undefined }, "answer");
const PARKED_RUN = { userId: "alice", reservedMicros: 9, interruptId: "", answer: undefined };
const resumed = (run: RunRecord) => decideResume(run, PARKED_RUN);

describe("a run", () => {
  it("is queued, runs, and ends", () => {
    expect(given(admitted)).toMatchObject({ state: QUEUED, attempt: 0, maxOutputTokens: 5, createTime: AT });
    expect(given(admitted, claimed(1))).toMatchObject({ state: RUNNING, attempt: 1, endTime: undefined });
    const ended = given(admitted, claimed(1), over(COMPLETED));
    expect(ended).toMatchObject({ state: COMPLETED, endTime: AT, version: 3, end: { messageId: "answer" } });
  });

  it.each([COMPLETED, CANCELLED, FAILED] as const)("that has ended (%s) changes no more", (state) => {
    const ended = given(admitted, claimed(1), over(state));
    expect(decideClaim(ended, 2, "y")).toEqual([]);
    expect(decideCancel(ended, "alice")).toEqual([]);
    expect(over(FAILED)(ended)).toEqual([]);
    expect(() => resumed(ended)).toThrowError(
      expect.objectContaining({
        reason: "RUN_NOT_RESUMABLE",
        metadata: { run_id: "r", state: RunState[state] },
      }) as Error,
    );
  });

  it("is asked to stop once", () => {
    const asked = given(admitted, cancelAsked);
    expect(asked).toMatchObject({ cancelRequested: true, state: QUEUED });
    expect(cancelAsked(asked)).toEqual([]);
  });

  it("that is parked may go on or be cancelled", () => {
    const parked = given(admitted, claimed(1), over(PARKED));
    expect(parked).toMatchObject({ state: PARKED, endTime: AT });
    const again = given(admitted, claimed(1), over(PARKED), resumed);
    expect(again).toMatchObject({ state: QUEUED, attempt: 1, end: undefined, endTime: undefined });
    expect(given(admitted, claimed(1), over(PARKED), over(CANCELLED)).state).toBe(CANCELLED);
  });

  it("that asks goes on with the answer to its question only", () => {
    const asking = (interruptId: string) => (run: RunRecord) =>
      decideEnd(
        run,
        {
          state: INTERRUPTED,
          parts: [],
          usage: undefined,
          error: undefined,
          interrupt: create(InterruptSchema, { interruptId }),
        },
        "",
      );
    const answer = create(InterruptAnswerSchema, { answer: { case: "text", value: { text: "yes" } } });
    const answering = (interruptId: string) => (run: RunRecord) =>
      decideResume(run, { userId: "bob", reservedMicros: 9, interruptId, answer });
    const asked = given(admitted, claimed(1), asking("q1"));
    expect(asked).toMatchObject({ state: INTERRUPTED, end: { interrupt: { interruptId: "q1" } } });
    expect(() => resumed(asked)).toThrowError("waits for an answer");
    expect(() => answering("q2")(asked)).toThrowError(
      expect.objectContaining({
        reason: "INTERRUPT_STALE",
        metadata: { run_id: "r", state: "INTERRUPTED", interrupt_id: "q1" },
      }) as Error,
    );
    const answered = given(admitted, claimed(1), asking("q1"), answering("q1"));
    expect(answered).toMatchObject({ state: QUEUED, end: undefined, resumed: { interruptId: "q1", answer } });
    expect(() => answering("q1")(answered)).toThrowError("answered before");
    const again = given(admitted, claimed(1), asking("q1"), answering("q1"), claimed(2), asking("q2"));
    expect(() => answering("q1")(again)).toThrowError("answered before");
    expect(() => answering("q1")(given(admitted, claimed(1), over(PARKED)))).toThrowError("answered before");
  });

  it("counts the tries that were not given back, anew after it stood still", () => {
    const givenBack = (attempt: number) => (run: RunRecord) => decideGiveBack(run, attempt);
    expect(given(admitted, claimed(1), claimed(2)).tries).toBe(2);
    expect(given(admitted, claimed(1), givenBack(1), claimed(2)).tries).toBe(1);
    expect(given(admitted, claimed(1), claimed(2), over(PARKED), resumed)).toMatchObject({
      tries: 0,
      attempt: 2,
    });
    expect(givenBack(1)(given(admitted, claimed(1), claimed(2)))).toEqual([]);
  });

  it("that is queued or running cannot be resumed", () => {
    expect(() => resumed(given(admitted))).toThrowError("parked");
    expect(() => resumed(given(admitted, claimed(1)))).toThrowError("parked");
  });
});
