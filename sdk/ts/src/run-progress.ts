import { FinishReason } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { type RunState, RunState as State } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import type { RunChange, RunUpdate, RunView } from "./run-view.ts";

/** A reader's state of one run: what it shows and where on the sequence line it stands. Immutable. */
export interface RunProgress {
  /** What has been shown. */
  readonly view: RunView;
  /** Length of `view.text` in code points: the offset of the next delta. */
  readonly length: number;
  /** Lengths of the tool calls' arguments in code points, by tool call id. */
  readonly argumentLengths: Readonly<Record<string, number>>;
  /** The sequence line; empty while nothing of it was received. */
  readonly epoch: string;
  /** The last seq applied; 0 at the start of the line. */
  readonly seq: bigint;
  /** Whether `view` is what the line says up to `seq`; not so once the database told more than the line did. */
  readonly isPlaced: boolean;
  /** The latest resume token, and the line it was issued for. */
  readonly token: { readonly value: string; readonly epoch: string };
  /** Whether the connection was opened without a token and has delivered nothing yet: a line may begin. */
  readonly fromStart: boolean;
}

/** Nothing received yet. */
export function emptyProgress(runId: string): RunProgress {
  const view: RunView = {
    runId,
    state: State.UNSPECIFIED,
    parts: [],
    text: "",
    attempt: 0,
    messageId: "",
    suggestions: [],
    finishReason: FinishReason.UNSPECIFIED,
    done: false,
  };
  const place = { epoch: "", seq: 0n, isPlaced: true, token: { value: "", epoch: "" } };
  return { view, length: 0, argumentLengths: {}, fromStart: false, ...place };
}

/** What WatchRun must be asked for to go on from here. */
export function positionOf(progress: RunProgress): { resumeToken: string; afterSeq: bigint } {
  const { token, epoch, seq } = progress;
  // A seq of another line than the token's would name a position that does not exist.
  return { resumeToken: token.value, afterSeq: token.value !== "" && token.epoch === epoch ? seq : 0n };
}

/** The progress as a new connection starts out with it. */
export function opened(progress: RunProgress): RunProgress {
  return { ...progress, fromStart: progress.token.value === "" };
}

/** The progress without its token: the next connection starts at the first frame. */
export function withoutToken(progress: RunProgress): RunProgress {
  return { ...progress, token: { value: "", epoch: "" } };
}

/** The progress without a place on any line: the next connection starts at the first frame. */
export function nowhere(progress: RunProgress): RunProgress {
  return { ...withoutToken(progress), epoch: "", seq: 0n, isPlaced: true };
}

/** Whether a run in this state has ended. */
export function isTerminal(state: RunState): boolean {
  return ENDED.has(state) || isSuspended(state);
}

const ENDED: ReadonlySet<RunState> = new Set([State.COMPLETED, State.CANCELLED, State.FAILED]);

/** Whether a run in this state waits for ResumeRun: its stream is over, and may go on later. */
export function isSuspended(state: RunState): boolean {
  return state === State.PARKED || state === State.INTERRUPTED;
}

/** The progress and the one update that says what changed in its view. */
export function changed(
  progress: RunProgress,
  view: Partial<RunView>,
  change: RunChange,
): { progress: RunProgress; update: RunUpdate } {
  const next = { ...progress.view, ...view };
  return { progress: { ...progress, view: next }, update: { ...change, view: next, done: next.done } };
}
