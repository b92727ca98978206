import {
  AuthorSchema,
  PatchOrigin,
  type Author,
  type GraphPatch,
  type PatchPreview,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  GraphPatchService,
  type ProposePatchRequest,
  type ProposePatchResponse,
  type ProposePatchResponseSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { v7 as uuidv7 } from "uuid";
import type { LoadedModel } from "../artifact/index.ts";
import { diagnosticMessage } from "../notation/model-messages.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { requireEtag } from "../platform/command/etag.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Reader } from "../platform/db/database.ts";
import { changePatch, loadPatch, whatIf } from "./change-patch.ts";
import { previewOf, type CompiledPatch } from "./compile/index.ts";
import { compileOn, dependenciesOf, loadBase } from "./compile-proposal.ts";
import { decidePropose, newPatch, type ProposedPatch } from "./patch.ts";
import type { PatchDeps } from "./patch-deps.ts";
import { patchMessage } from "./patch-message.ts";
import { patchInvalid } from "./patch-refused.ts";
import { settle } from "./settle.ts";
import { titleOf } from "./title-of.ts";

/** A person; for agents the caller says which, since nobody may say so of oneself. */
export const personOf = ({ userId }: Actor): Author => create(AuthorSchema, { userId });

export async function proposePatch(
  deps: PatchDeps,
  actor: Actor,
  request: ProposePatchRequest,
  author: Author = personOf(actor),
  newId = uuidv7(),
): Promise<MessageInitShape<typeof ProposePatchResponseSchema>> {
  requireScope(actor, "patch.propose");
  const patchId = request.patchId.toLowerCase() || newId;
  const compiled = await settle(compile(deps, deps.database.reader(actor.tenantId), request, patchId));
  if (request.dryRun) return dryRun(deps, actor, request, author, compiled());
  return runCommand(deps, actor, GraphPatchService.method.proposePatch, request, async (tx) => {
    const proposal = compiled();
    const state = request.patchId ? await loadPatch(tx, patchId) : newPatch(patchId);
    if (request.patchId) requireEtag(request.etag, state.version);
    const decided = decidePropose(state, proposedBy(request, author, proposal));
    if (!proposal.compiled.ok) throw patchInvalid(proposal.compiled.problems, request.patchId);
    const stored = await changePatch(tx, deps, actor, state, decided, request.requestId);
    return { patch: patchMessage(stored), preview: proposal.preview };
  });
}

interface Proposal {
  model: LoadedModel;
  compiled: CompiledPatch;
  preview: PatchPreview;
}

async function compile(
  deps: PatchDeps,
  reader: Reader,
  { artifactId, branch, operations, baseVersion }: ProposePatchRequest,
  patchId: string,
): Promise<Proposal> {
  const model = await loadBase(deps, reader, { artifactId, branch }, Number(baseVersion));
  const origin = PatchOrigin.PROPOSAL;
  const compiled = await compileOn(deps, reader, model, { patchId, operations, origin, reverts: "" });
  return { model, compiled, preview: previewOf(compiled) };
}

function proposedBy(
  { title, operations }: ProposePatchRequest,
  author: Author,
  { model, compiled, preview }: Proposal,
): ProposedPatch {
  return {
    artifactId: model.artifactId,
    branch: model.branch,
    baseVersion: model.version,
    title: title || titleOf(preview.summary),
    operations,
    author,
    origin: PatchOrigin.PROPOSAL,
    diagnostics: compiled.problems.map(diagnosticMessage),
    dependencies: compiled.ok ? dependenciesOf(compiled) : [],
  };
}

function dryRun(
  deps: PatchDeps,
  actor: Actor,
  request: ProposePatchRequest,
  author: Author,
  proposal: Proposal,
): Pick<ProposePatchResponse, "patch" | "preview"> {
  const decided = decidePropose(newPatch(""), proposedBy(request, author, proposal));
  const { patch } = whatIf(newPatch(""), decided, actor, deps.now());
  return { patch: patch satisfies GraphPatch, preview: proposal.preview };
}
