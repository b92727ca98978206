import { type Resumed, ResumeState, type RunFrame } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import { applyLineFrame } from "./apply-line-frame.ts";
import { applySnapshot, cut } from "./replace-parts.ts";
import { changed, isTerminal, type RunProgress } from "./run-progress.ts";
import type { RunUpdate } from "./run-view.ts";

/** What came of a frame. */
export interface Applied {
  /** The state after it. */
  readonly progress: RunProgress;
  /** What a consumer must be told, in order; empty for duplicates and heartbeats. */
  readonly updates: readonly RunUpdate[];
  /**
   * What to do next: `read` on; `resume` because something is missing (`gap`) or the server asked for it
   * (`moved`); ask GetRun because the frames are `gone` or the end needs to be confirmed (`quiet`); or stop,
   * the run has `ended`.
   */
  readonly verdict: "read" | "gap" | "moved" | "gone" | "quiet" | "ended";
  /** Whether the frame brought the reader forward, or proved that nothing is missing. */
  readonly advanced: boolean;
  /** How long to wait before resuming, in milliseconds; only with `moved`. */
  readonly delayMs?: number;
}

/** Applies one frame. Pure; a frame applied twice changes nothing, a frame out of line is a `gap`. */
export function applyFrame(progress: RunProgress, frame: RunFrame): Applied {
  switch (frame.frame.case) {
    case "resumed":
      return applyResumed(progress, frame.frame.value);
    case "snapshot": {
      const { seq, state } = frame.frame.value;
      // An end told by the database, which may hold what never came to the line.
      const isEnd = isTerminal(state) && seq === 0n;
      // An older picture of the same line: what it lacks is here already.
      if (!isEnd && frame.epoch === progress.epoch && seq < progress.seq) return read(progress);
      const place = isEnd ? { isPlaced: false } : { epoch: frame.epoch, seq, isPlaced: true };
      const placed = { ...progress, ...place, fromStart: false };
      return advanced(applySnapshot(adoptToken(placed, frame), frame.frame.value, frame.attempt));
    }
    case "heartbeat":
      return applyHeartbeat(progress, frame, frame.frame.value.highSeq);
    case "reconnect": {
      const { delay } = frame.frame.value;
      const delayMs = delay === undefined ? 0 : Number(delay.seconds) * 1000 + delay.nanos / 1e6;
      return {
        progress: adoptToken(progress, frame),
        updates: [],
        verdict: "moved",
        advanced: false,
        delayMs,
      };
    }
    default:
      return frame.seq === 0n ? applyUnplaced(progress, frame) : applyPlaced(progress, frame);
  }
}

// The token of a `resumed` frame is never kept: it may point past a snapshot that did not arrive yet.
function applyResumed(progress: RunProgress, { state, epoch, nextSeq }: Resumed): Applied {
  const onLine =
    epoch === progress.epoch ? nextSeq <= progress.seq + 1n : progress.fromStart && nextSeq === 1n;
  if (state === ResumeState.CONTINUED && !onLine) return gap(progress);
  // After the announcement of a snapshot no frame of the line may come before it.
  const fromStart = progress.fromStart && state === ResumeState.CONTINUED;
  const told = changed({ ...progress, fromStart }, {}, { kind: "resumed", state });
  const verdict = state === ResumeState.GONE ? "gone" : "read";
  return { progress: told.progress, updates: [told.update], verdict, advanced: false };
}

function applyHeartbeat(progress: RunProgress, frame: RunFrame, highSeq: bigint): Applied {
  const otherLine = progress.epoch !== "" && frame.epoch !== progress.epoch;
  if (otherLine || highSeq > progress.seq) return gap(progress);
  const alive = adoptToken({ ...progress, epoch: frame.epoch }, frame);
  // Parked, or ended in a snapshot, and nothing follows on the line.
  if (isTerminal(alive.view.state))
    return { progress: alive, updates: [], verdict: "quiet", advanced: false };
  return advanced({ progress: alive, updates: [] });
}

/** Absolute statements may stand outside the line; everything else without a seq breaks the contract. */
function applyUnplaced(progress: RunProgress, frame: RunFrame): Applied {
  const { case: kind } = frame.frame;
  if (kind === undefined) return read(progress);
  if (kind !== "usage" && kind !== "status" && kind !== "error") return gap(progress);
  const applied = applyLineFrame(progress, frame);
  return applied === undefined ? gap(progress) : advanced(applied);
}

function applyPlaced(progress: RunProgress, frame: RunFrame): Applied {
  const sameLine = frame.epoch === progress.epoch;
  if (sameLine && frame.seq <= progress.seq) return read(progress);
  if (sameLine && frame.seq === progress.seq + 1n) return applyNext(progress, frame, []);
  if (sameLine || !progress.fromStart || frame.seq !== 1n) return gap(progress);
  // A line told from its first frame holds the whole run: what another line said before is void.
  const cleared = cut(progress, 0, 0);
  return applyNext({ ...cleared.progress, epoch: frame.epoch, seq: 0n }, frame, cleared.updates);
}

function applyNext(progress: RunProgress, frame: RunFrame, before: readonly RunUpdate[]): Applied {
  const applied = applyLineFrame(progress, frame);
  if (applied === undefined) return gap(progress);
  const moved = { ...applied.progress, seq: frame.seq, fromStart: false };
  return advanced({ progress: adoptToken(moved, frame), updates: [...before, ...applied.updates] });
}

function adoptToken(progress: RunProgress, frame: RunFrame): RunProgress {
  if (frame.resumeToken === "") return progress;
  return { ...progress, token: { value: frame.resumeToken, epoch: frame.epoch } };
}

function advanced(applied: { progress: RunProgress; updates: readonly RunUpdate[] }): Applied {
  return { ...applied, verdict: applied.progress.view.done ? "ended" : "read", advanced: true };
}

function read(progress: RunProgress): Applied {
  return { progress, updates: [], verdict: "read", advanced: false };
}

function gap(progress: RunProgress): Applied {
  return { progress, updates: [], verdict: "gap", advanced: false };
}
