export {
  FinishReason,
  MultitaskStrategy,
  ToolCallState,
  type MessagePart,
  type ToolCallPart,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
export { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
export {
  PatchStatus,
  ReviewDecision,
  type GraphPatch,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
export type {
  ChoiceQuestion,
  ConfirmQuestion,
  Interrupt,
  InterruptAnswer,
  TextQuestion,
} from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
export {
  ResumeState,
  type Started,
  type Suggestion,
} from "@ameide/proto/ameide/inference/v1/run_frame_pb.js";
export {
  RunState,
  UsageStage,
  type Run,
  type RunError,
  type Usage,
} from "@ameide/proto/ameide/inference/v1/run_pb.js";
export type { TokenSource } from "./authenticate.ts";
export { createAmeide, type Ameide, type AmeideOptions, type TransportOptions } from "./create-ameide.ts";
export { metadataOf, reasonOf, retryDelayOf, violationsOf, type Reason, type Violation } from "./errors.ts";
export type { ReconnectPolicy } from "./follow.ts";
export type { RetryOptions } from "./retry.ts";
export type { RunChange, RunUpdate, RunView } from "./run-view.ts";
export { lastUpdate, type Runs, type StreamOptions } from "./runs.ts";
export type { WatchOptions } from "./watch-updates.ts";
export type { ModelStep, WatchProjectionOptions } from "./watch-projection.ts";
