import type { FinishReason, MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { Interrupt } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import type { ResumeState, Started, Suggestion } from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
import type { Run, RunError, RunState, Usage } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import type { ConnectError } from "@connectrpc/connect";

/**
 * What is known of a run at one moment. Immutable: every update brings a new view, and parts that did
 * not change keep their identity, so a component may compare by reference.
 */
export interface RunView {
  /** The run. */
  readonly runId: string;
  /** How it stands; UNSPECIFIED until the server said so. */
  readonly state: RunState;
  /** Text and tool calls in order, as the chat's message will hold them: adjacent text is one part, none is empty. */
  readonly parts: readonly MessagePart[];
  /** All text parts joined. It only grows, except in an update of kind `retract`. */
  readonly text: string;
  /** The attempt that spoke last; 0 while queued. */
  readonly attempt: number;
  /** Agent, its version and model of the latest attempt; unset before the first. */
  readonly started?: Started | undefined;
  /** What it has cost so far; unset until the server said so. */
  readonly usage?: Usage | undefined;
  /** Why it failed or was stopped; unset otherwise. */
  readonly error?: RunError | undefined;
  /** What the run asks and waits with; set while INTERRUPTED only. Answer it with ResumeRun, then watch again. */
  readonly interrupt?: Interrupt | undefined;
  /**
   * The patches that the agent suggests, each as it stood when the server said so last, oldest first. One that came
   * while the reader was away may be missing: `interrupt.patchId` names the one that waits for its review.
   */
  readonly suggestions: readonly Suggestion[];
  /** Why the model stopped: LENGTH says that the answer is cut. UNSPECIFIED until the run has completed. */
  readonly finishReason: FinishReason;
  /** The chat message that holds the answer; empty until the run ended, and for a run without a chat. */
  readonly messageId: string;
  /** Whether the run has ended (COMPLETED, CANCELLED, FAILED) or is suspended (PARKED, INTERRUPTED): nothing follows. */
  readonly done: boolean;
}

/** What an update says has changed; what came of it is in the update's view. */
export type RunChange =
  /** The server admitted the run; only from `runs.stream`, once. */
  | { readonly kind: "admitted"; readonly run: Run }
  /** The connection was lost: the next attempt follows in `delayMs`. `failures` counts attempts without progress. */
  | {
      readonly kind: "reconnecting";
      readonly delayMs: number;
      readonly failures: number;
      readonly cause: ConnectError;
    }
  /** The connection is back; `state` says whether anything is missing. */
  | { readonly kind: "resumed"; readonly state: ResumeState }
  /** An attempt began. */
  | { readonly kind: "started"; readonly started: Started }
  /** `appended` was said, at `offset` code points of the whole text. */
  | { readonly kind: "text"; readonly offset: number; readonly appended: string }
  /** This tool call appeared, got more arguments, or was answered. */
  | { readonly kind: "tool"; readonly toolCallId: string }
  /** The agent suggests this patch, or it stands differently. */
  | { readonly kind: "suggestion"; readonly patchId: string }
  /** New figures in `view.usage`. */
  | { readonly kind: "usage"; readonly usage: Usage }
  /** Text beyond `toOffset` code points is void, and all but the first `keepToolCalls` tool calls. */
  | { readonly kind: "retract"; readonly toOffset: number; readonly keepToolCalls: number }
  /** The whole state came in one piece; its text is what was shown plus `appended`. */
  | { readonly kind: "snapshot"; readonly offset: number; readonly appended: string }
  /** The run's state changed. */
  | { readonly kind: "status"; readonly state: RunState }
  /** Something went wrong; a terminal status follows. */
  | { readonly kind: "error"; readonly error: RunError };

/** One item of a run stream: what changed, the view after it, and whether it is the last (`done`). */
export type RunUpdate = RunChange & { readonly view: RunView; readonly done: boolean };
