import { PatchOrigin, type PatchConflict } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  GraphPatchService,
  NackReason,
  type SubmitChangeSetRequest,
  type SubmitChangeSetResponse,
  type SubmitChangeSetResponseSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import type { Diagnostic } from "@ameide/proto/ameide/model/v1/model_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import { loadLine, MAIN } from "../artifact/index.ts";
import { changeMessage, diagnosticMessage } from "../notation/model-messages.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { etagOf } from "../platform/command/etag.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Reader, Tx } from "../platform/db/database.ts";
import { AppError, type Reason } from "../platform/errors/app-error.ts";
import { previewOf } from "./compile/index.ts";
import { idMapOf } from "./id-map.ts";
import { landPatch } from "./land-patch.ts";
import { approveAll } from "./made-patch.ts";
import { decidePropose, newPatch, type PatchEvent } from "./patch.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { PatchRefused } from "./patch-refused.ts";
import { prepareLanding, type Landing } from "./prepare-landing.ts";
import { personOf } from "./propose-patch.ts";
import { lockModel } from "./store.ts";
import { titleOf } from "./title-of.ts";

type Response = MessageInitShape<typeof SubmitChangeSetResponseSchema>;

export async function submitChangeSet(
  deps: PatchDeps,
  actor: Actor,
  request: SubmitChangeSetRequest,
): Promise<SubmitChangeSetResponse> {
  requireScope(actor, "artifact.write");
  const branch = request.branch || MAIN;
  const artifactId = request.artifactId.toLowerCase();
  const patchId = uuidv7();
  const prepare = (reader: Reader) => prepareChangeSet(deps, reader, patchId, request);
  return deps.turns({ tenantId: actor.tenantId, artifactId, branch }, async () => {
    let ahead: Prepared | undefined = await prepare(deps.database.reader(actor.tenantId));
    let isFirst = false;
    const { method } = GraphPatchService;
    const response = await runCommand(deps, actor, method.submitChangeSet, request, async (tx) => {
      isFirst = true;
      await lockModel(tx, { artifactId, branch });
      const prepared = ahead ?? (await prepare(tx));
      ahead = undefined;
      return take(tx, deps, actor, patchId, request, prepared);
    });
    if (!isFirst && response.result.value) response.result.value.replayed = true;
    return response;
  });
}

/** It fits, or it does not, which is an answer, too; or there is nothing that it could fit. */
type Prepared = { landing: Landing } | { refused: AppError } | { error: unknown };

async function prepareChangeSet(
  deps: PatchDeps,
  reader: Reader,
  patchId: string,
  { artifactId, branch, operations, baseVersion }: SubmitChangeSetRequest,
): Promise<Prepared> {
  const origin = PatchOrigin.CHANGE_SET;
  const base = Number(baseVersion);
  try {
    const line = await loadLine(reader, { artifactId, branch });
    if (base > line.version) return { refused: new AppError("REVISION_NOT_FOUND", "no such version yet") };
    const patch = { patchId, artifactId, branch: branch || MAIN, operations, origin, reverts: "", base };
    return { landing: await prepareLanding(deps, reader, patch) };
  } catch (error) {
    return error instanceof AppError && error.reason in NACK_REASONS ? { refused: error } : { error };
  }
}

const NACK_REASONS: { readonly [reason in Reason]?: NackReason } = {
  PATCH_CONFLICT: NackReason.CONFLICT,
  READ_SET_STALE: NackReason.STALE,
  PATCH_INVALID: NackReason.INVALID,
  REVISION_NOT_FOUND: NackReason.VERSION_UNKNOWN,
};

async function take(
  tx: Tx,
  deps: PatchDeps,
  actor: Actor,
  patchId: string,
  request: SubmitChangeSetRequest,
  prepared: Prepared,
): Promise<Response> {
  if ("error" in prepared) throw prepared.error;
  if ("refused" in prepared) return nack(tx, request, prepared.refused);
  const { landing } = prepared;
  const isEmpty = landing.compiled.changes.length === 0;
  const version = isEmpty ? landing.head.version : await land(tx, deps, actor, patchId, request, landing);
  return ack(landing, version, isEmpty ? "" : patchId);
}

async function nack(
  tx: Tx,
  { artifactId, branch }: SubmitChangeSetRequest,
  refused: AppError,
): Promise<Response> {
  const { version } = await loadLine(tx, { artifactId, branch });
  const [conflicts, diagnostics]: [readonly PatchConflict[], readonly Diagnostic[]] =
    refused instanceof PatchRefused ? [refused.conflicts, refused.diagnostics] : [[], []];
  const value = {
    reason: NACK_REASONS[refused.reason] ?? NackReason.INVALID,
    serverVersion: BigInt(version),
    conflicts: [...conflicts],
    diagnostics: [...diagnostics],
  };
  return { result: { case: "nack", value } };
}

async function land(
  tx: Tx,
  deps: PatchDeps,
  actor: Actor,
  patchId: string,
  request: SubmitChangeSetRequest,
  landing: Landing,
): Promise<number> {
  const state = newPatch(patchId);
  const proposed = propose(actor, patchId, request, landing);
  const before = [...proposed, ...approveAll(state, proposed, actor, deps.now())];
  const approval = { before, approvedBy: actor.userId, requestId: request.requestId };
  return (await landPatch(tx, deps, actor, state, landing, approval)).commit.version;
}

function propose(
  actor: Actor,
  patchId: string,
  { baseVersion, operations, title }: SubmitChangeSetRequest,
  { head, compiled }: Landing,
): PatchEvent[] {
  return decidePropose(newPatch(patchId), {
    artifactId: head.artifactId,
    branch: head.branch,
    baseVersion: Number(baseVersion),
    title: title || titleOf(previewOf(compiled).summary),
    operations,
    author: personOf(actor),
    origin: PatchOrigin.CHANGE_SET,
    diagnostics: [],
    // Nobody will reject a part of it.
    dependencies: [],
  });
}

function ack({ compiled, receipt }: Landing, version: number, patchId: string): Response {
  const value = {
    version: BigInt(version),
    etag: etagOf(version),
    idMap: idMapOf(compiled),
    warnings: compiled.problems.map(diagnosticMessage),
    patchId,
    changes: compiled.changes.map(changeMessage),
    rebased: receipt.rebased,
  };
  return { result: { case: "ack", value } };
}
