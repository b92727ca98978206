import {
  GraphPatchSchema,
  PatchOrigin,
  PatchStatus,
  type Author,
  type GraphPatch,
  type MergeSource,
  type OperationDependency,
  type OperationReview,
  type Receipt,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { GraphOperation } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import type { Diagnostic } from "@ameide/proto/ameide/model/v1/model_pb.js";
import {
  PatchAppliedSchema,
  PatchFailedSchema,
  PatchProposedSchema,
  PatchRestoredSchema,
  PatchRevertedSchema,
  PatchReviewedSchema,
  type PatchApplied,
  type PatchFailed,
  type PatchProposed,
  type PatchRestored,
  type PatchReverted,
  type PatchReviewed,
} from "@ameide/proto-private/ameide/events/v1/graphpatch_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { AppError } from "../platform/errors/app-error.ts";
import { statusAfter, undecidedOf } from "./reviews.ts";

export type PatchEvent =
  | PatchProposed
  | PatchReviewed
  | PatchApplied
  | PatchFailed
  | PatchReverted
  | PatchRestored;

/** A patch as its events left it. The message is never changed in place, and has no etag here. */
export interface PatchState {
  patch: GraphPatch;
  /** Of its event stream. */
  version: number;
}

/** When and by whom an event happened. */
export interface Occurrence {
  version: number;
  time: Date;
  userId: string;
}

export const patchStream = (patchId: string): string => `patch-${patchId}`;

export const newPatch = (patchId: string): PatchState => ({
  patch: create(GraphPatchSchema, { patchId }),
  version: 0,
});

/** What is proposed, and what it was found to be. */
export interface ProposedPatch {
  artifactId: string;
  branch: string;
  baseVersion: number;
  title: string;
  operations: readonly GraphOperation[];
  author: Author;
  origin: PatchOrigin;
  reverts?: string;
  mergeSource?: MergeSource;
  diagnostics: readonly Diagnostic[];
  dependencies: readonly OperationDependency[];
}

const MADE_HERE = "a merge or a revert does what the server has worked out";

/** A new patch, or other operations for one that is not applied. */
export function decidePropose({ patch, version }: PatchState, proposal: ProposedPatch): PatchEvent[] {
  if (version > 0) {
    refuseIf(patch, patch.status === PatchStatus.APPLIED, "it is applied; propose a new one");
    refuseIf(patch, patch.origin !== PatchOrigin.PROPOSAL, `${MADE_HERE}; reject it, and propose a new one`);
    const isSame = patch.artifactId === proposal.artifactId && patch.branch === proposal.branch;
    refuseIf(patch, !isSame, "it is of another artifact or branch; propose a new one");
  }
  const { operations, diagnostics, dependencies, baseVersion, ...rest } = proposal;
  return [
    create(PatchProposedSchema, {
      ...rest,
      baseVersion: BigInt(baseVersion),
      operations: [...operations],
      diagnostics: [...diagnostics],
      dependencies: [...dependencies],
    }),
  ];
}

/** Its operation edited it would still count as the merge or the revert. */
export function requireEditable({ patch }: PatchState): void {
  refuseIf(patch, patch.origin !== PatchOrigin.PROPOSAL, `${MADE_HERE}; approve or reject it`);
}

export function requireNotApplied({ patch }: PatchState): void {
  refuseIf(patch, patch.status === PatchStatus.APPLIED, "it is applied; revert it, or propose another one");
}

/** What the decisions come to: see `decisionsOf`. */
export interface Reviewed {
  reviews: readonly OperationReview[];
  diagnostics: readonly Diagnostic[];
  dependencies: readonly OperationDependency[];
}

export function decideReview(state: PatchState, reviewed: Reviewed): PatchEvent[] {
  requireNotApplied(state);
  const { reviews, diagnostics, dependencies } = reviewed;
  return [
    create(PatchReviewedSchema, {
      reviews: [...reviews],
      diagnostics: [...diagnostics],
      dependencies: [...dependencies],
    }),
  ];
}

/** Refuses a patch that may not be applied as it stands. */
export function requireApplicable({ patch }: PatchState): void {
  requireNotApplied({ patch, version: 0 });
  const undecided = undecidedOf(patch);
  refuseIf(patch, undecided.length > 0, "review all of its operations first", {
    undecided: undecided.join(","),
  });
  refuseIf(
    patch,
    statusAfter(patch) === PatchStatus.REJECTED,
    "all of its operations are rejected; approve some, or propose others",
  );
}

export interface AppliedPatch {
  baseVersion: number;
  appliedVersion: number;
  receipt: Receipt;
  approvedBy: string;
  diagnostics: readonly Diagnostic[];
}

export function decideApply(state: PatchState, applied: AppliedPatch): PatchEvent[] {
  requireApplicable(state);
  const { baseVersion, appliedVersion, diagnostics, ...rest } = applied;
  return [
    create(PatchAppliedSchema, {
      ...rest,
      baseVersion: BigInt(baseVersion),
      appliedVersion: BigInt(appliedVersion),
      diagnostics: [...diagnostics],
    }),
  ];
}

/** That it could not be applied; nothing, if it was in the meantime. */
export function decideFail({ patch }: PatchState, diagnostics: readonly Diagnostic[]): PatchEvent[] {
  if (patch.status === PatchStatus.APPLIED) return [];
  return [create(PatchFailedSchema, { diagnostics: [...diagnostics] })];
}

/** Refuses a patch that there is nothing to take back of. */
export function requireRevertible({ patch }: PatchState): void {
  refuseIf(patch, patch.status !== PatchStatus.APPLIED, "only an applied patch can be reverted");
  refuseIf(patch, patch.revertedBy !== "", `it is reverted by ${patch.revertedBy}; revert that one`);
  refuseIf(patch, patch.receipt?.touched.length === 0, "it changed nothing, so there is nothing to revert");
}

export function decideReverted(state: PatchState, revertedBy: string): PatchEvent[] {
  requireRevertible(state);
  return [create(PatchRevertedSchema, { revertedBy })];
}

/** The patch that took it back was taken back itself. */
export function decideRestored({ patch }: PatchState, restoredBy: string): PatchEvent[] {
  return patch.revertedBy === "" ? [] : [create(PatchRestoredSchema, { restoredBy })];
}

export function evolvePatch({ patch }: PatchState, event: PatchEvent, at: Occurrence): PatchState {
  const time = timestampFromDate(at.time);
  const now: GraphPatch = { ...patch, updateTime: time };
  return { patch: after(now, event, time), version: at.version };
}

function after(patch: GraphPatch, event: PatchEvent, time: Timestamp): GraphPatch {
  switch (event.$typeName) {
    case "ameide.events.v1.PatchProposed":
      return proposed(patch, event, time);
    case "ameide.events.v1.PatchReviewed": {
      const { reviews, diagnostics, dependencies } = event;
      const status = statusAfter({ operations: patch.operations, reviews });
      return { ...patch, reviews, diagnostics, dependencies, status };
    }
    case "ameide.events.v1.PatchApplied": {
      const { baseVersion, appliedVersion, approvedBy, diagnostics, receipt } = event;
      const status = PatchStatus.APPLIED;
      return {
        ...patch,
        baseVersion,
        appliedVersion,
        approvedBy,
        diagnostics,
        status,
        ...(receipt && { receipt }),
      };
    }
    case "ameide.events.v1.PatchFailed":
      return { ...patch, status: PatchStatus.FAILED, diagnostics: event.diagnostics };
    case "ameide.events.v1.PatchReverted":
      return { ...patch, revertedBy: event.revertedBy };
    case "ameide.events.v1.PatchRestored":
      return { ...patch, revertedBy: "" };
  }
}

function proposed(patch: GraphPatch, event: PatchProposed, time: Timestamp): GraphPatch {
  const { $typeName: _, $unknown: _unknown, ...given } = event;
  const createTime = patch.createTime ?? time;
  // Messages that are absent are no properties: what the patch had would stay.
  const { mergeSource: _merged, ...kept } = patch;
  return { ...kept, ...given, reviews: [], status: PatchStatus.PROPOSED, createTime };
}

function refuseIf(
  { patchId, status }: GraphPatch,
  isSo: boolean,
  why: string,
  more: Readonly<Record<string, string>> = {},
): void {
  if (!isSo) return;
  throw new AppError("PATCH_STATE", `the patch cannot take this: ${why}`, {
    metadata: { patch_id: patchId, status: PatchStatus[status], ...more },
  });
}
