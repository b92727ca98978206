/** The patch engine: pure, used by the verbs of this slice. */
export { compilePatch } from "./compile-patch.ts";
export type {
  CompiledPatch,
  Conflict,
  Dependency,
  OperationEffect,
  PatchInput,
  Read,
  Write,
} from "./compiled-patch.ts";
export { findDependencies, rejectOperations, type Rejection } from "./dependencies.ts";
export { describeChange, describeOperations } from "./describe-operation.ts";
export { hashGraph } from "./hash-graph.ts";
export { inverseOperation, rawOperation } from "./inverse-operation.ts";
export { mergeBranches, type Merge } from "./merge-branches.ts";
export { previewOf } from "./preview.ts";
export { rebasePatch, type Rebase, type RebaseInput } from "./rebase-patch.ts";
export { receiptFor, type PatchReceipt } from "./receipt.ts";
export { uiCommandsOf, type Command } from "./ui-commands.ts";
