import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { describe, expect, it } from "vitest";
import {
  decideAdmit,
  decideCancel,
  decideClaim,
  decideEnd,
  decideResume,
  evolveRun,
  newRun,
  type AdmittedRun,
  type RunEvent,
  type RunOutcome,
  type RunRecord,
} from "./run.ts";

const AT = new Date("2025-01-02T03:04:05Z");
const { QUEUED, RUNNING, COMPLETED, CANCELLED, FAILED, PARKED } = RunState;
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

  it("that is queued or running cannot be resumed", () => {
    expect(() => resumed(given(admitted))).toThrowError("parked");
    expect(() => resumed(given(admitted, claimed(1)))).toThrowError("parked");
  });
});
