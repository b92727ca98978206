import { ResumeState } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { codePointLength } from "../code-points.ts";
import { reasonOf } from "../errors.ts";
import { toolCallsOf } from "../run-parts.ts";
import type { RunUpdate } from "../run-view.ts";

/** Whether the frames were gone, so that the line was read again from its first. */
export function restarted(updates: readonly RunUpdate[]): boolean {
  return updates.some(
    (update) =>
      (update.kind === "resumed" && update.state === ResumeState.GONE) ||
      (update.kind === "reconnecting" && reasonOf(update.cause) === "RESUME_GONE"),
  );
}

/** The attempts as they were announced; one that comes twice is a frame that was applied twice. */
export function attempts(updates: readonly RunUpdate[]): number[] {
  return updates.flatMap(({ kind, view }) => (kind === "started" ? [view.attempt] : []));
}

export function isRising(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
}

export function neverFalls(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number >= (numbers[index - 1] ?? 0));
}

/** Text and tool calls only grow, by what the update says, unless a retract says how much stays. */
export function brokenPromise(updates: readonly RunUpdate[]): string | undefined {
  let text = "";
  let calls: string[] = [];
  for (const update of updates) {
    const { view } = update;
    const before = { text, calls };
    text = view.text;
    calls = toolCallsOf(view.parts).map((call) => call.toolCallId);
    if (update.kind === "retract") {
      const announced =
        before.text.startsWith(text) &&
        codePointLength(text) === update.toOffset &&
        isEqual(calls, before.calls.slice(0, update.keepToolCalls));
      if (!announced) return `a retract says other than it does: ${JSON.stringify([before, text, calls])}`;
    } else {
      const appended = "appended" in update ? update.appended : "";
      if (text !== before.text + appended) return `${update.kind} changed "${before.text}" to "${text}"`;
      if (!isEqual(before.calls, calls.slice(0, before.calls.length)))
        return `${update.kind} lost a tool call`;
    }
  }
  return undefined;
}

function isEqual(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
