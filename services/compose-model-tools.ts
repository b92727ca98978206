import { ValidateModelRequestSchema } from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import {
  AuthorSchema,
  GraphPatchSchema,
  PatchStatus,
  ReviewDecision,
  type GraphPatch,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import {
  ApplyPatchRequestSchema,
  GetPatchRequestSchema,
  ProposePatchRequestSchema,
  ReviewPatchRequestSchema,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { DiagnosticSchema, Severity } from "@ameide/proto/ameide/model/v1/model_pb.js";
import { ProjectionIntent } from "@ameide/proto/ameide/projection/v1/projection_pb.js";
import { create } from "@bufbuild/protobuf";
import { v5 as uuidv5 } from "uuid";
import { loadModel, MAIN, validateModel, type ContentDeps } from "./artifact/index.ts";
import { lastLinkedArtifacts } from "./chat/index.ts";
import type { Modeler, ModelPorts, PatchOutcome, Proposal } from "./execution/model-ports.ts";
import {
  applyPatch,
  BY_ALLOW_LIST,
  diagnosticsOf,
  getPatch,
  mayApplyAlone,
  PatchRefused,
  proposePatch,
  repairOperations,
  reviewPatch,
  undecidedOf,
  type PatchDeps,
} from "./graphpatch/index.ts";
import { AppError } from "./platform/errors/app-error.ts";
import { findElements } from "./notation/find-elements.ts";
import { kitFor } from "./notation/notations.ts";
import type { Actor } from "./platform/auth/actor.ts";
import { currentTraceId } from "./platform/telemetry/trace.ts";
import { expandHandle, projectModel, type ProjectionDeps } from "./projection/index.ts";

export type ModelToolDeps = PatchDeps & ProjectionDeps & ContentDeps;

/** In a chat that is about several artifacts, how many are looked at for one that is a model. */
const LOOKED_AT = 10;
const FOUND_ELEMENTS = 20;

/** Who an agent is when it does what a person of the tenant has let it do. */
export const agentActor = (tenantId: string, userId: string): Actor => ({
  tenantId,
  userId,
  roles: ["editor"],
  teams: [],
  traceId: currentTraceId() ?? "",
});

/** What agents do with models, by the verbs of the slices. */
export function composeModelTools(deps: ModelToolDeps): ModelPorts {
  const loaded = ({ tenantId }: Modeler, artifactId: string) =>
    loadModel(deps, tenantId, { artifactId, branch: MAIN });
  return {
    async artifactOfChat({ tenantId, chatId }) {
      if (chatId === "") return undefined;
      const linked = await lastLinkedArtifacts(deps.database.reader(tenantId), chatId, LOOKED_AT);
      return linked.find(({ kind }) => kitFor(kind) !== undefined);
    },
    async understand(modeler, { artifactId, intent, focus, tokenBudget }) {
      const { graph, version } = await loaded(modeler, artifactId);
      const isId = (name: string) => graph.elements.has(name) || graph.relations.has(name);
      const { text } = await projectModel(deps, modeler.tenantId, {
        artifactId,
        version: BigInt(version),
        intent: INTENTS[intent] ?? ProjectionIntent.ANALYZE,
        tokenBudget,
        focusIds: focus.filter(isId),
        focusTypes: focus.filter((name) => !isId(name)),
      });
      return text;
    },
    async expand({ tenantId }, request) {
      return (await expandHandle(deps, tenantId, request)).text;
    },
    async find(modeler, { artifactId, text, type }) {
      const { graph, kit } = await loaded(modeler, artifactId);
      return findElements(graph, kit.vocabulary, { text, type, limit: FOUND_ELEMENTS });
    },
    async validate({ tenantId, userId }, artifactId) {
      const request = create(ValidateModelRequestSchema, { artifactId });
      const { signal } = new AbortController();
      const { diagnostics = [] } = await validateModel(deps, agentActor(tenantId, userId), request, signal);
      return diagnostics.map((found) => create(DiagnosticSchema, found));
    },
    async repair(modeler, { artifactId, repair }) {
      const { kit, graph } = await loaded(modeler, artifactId);
      return repairOperations(kit, graph, repair);
    },
    propose: (modeler, key, makeUp) => propose(deps, modeler, key, makeUp),
    decide: (modeler, decision, key) => decide(deps, modeler, decision, key),
  };
}

const INTENTS: Readonly<Record<string, ProjectionIntent>> = {
  analyze: ProjectionIntent.ANALYZE,
  modify: ProjectionIntent.MODIFY,
  validate: ProjectionIntent.VALIDATE,
  impact: ProjectionIntent.IMPACT,
};

/** The patch's id follows from the key, so that a tool that runs again finds what it has proposed. */
async function propose(
  deps: ModelToolDeps,
  { tenantId, ...author }: Modeler,
  key: string,
  makeUp: Parameters<ModelPorts["propose"]>[2],
): Promise<Proposal | undefined> {
  const actor = agentActor(tenantId, author.userId);
  const patchId = uuidv5(key, uuidv5.URL);
  const known = await knownPatch(deps, actor, patchId);
  if (known) return { ok: true, ...known, mayApplyAlone: false };
  const change = await makeUp();
  if (!change) return undefined;
  const { artifactId, title } = change;
  const operations = [...change.operations];
  const request = create(ProposePatchRequestSchema, { artifactId, title, operations, requestId: patchId });
  try {
    await proposePatch(deps, actor, request, create(AuthorSchema, author), patchId);
  } catch (error) {
    if (error instanceof PatchRefused) return { ok: false, diagnostics: diagnosticsOf(error) };
    throw error;
  }
  const stored = await knownPatch(deps, actor, patchId);
  if (!stored) throw new Error("a patch that was stored is there");
  const reader = deps.database.reader(tenantId);
  return { ok: true, ...stored, mayApplyAlone: await mayApplyAlone(reader, author.agentId, operations) };
}

async function knownPatch(
  deps: ModelToolDeps,
  actor: Actor,
  patchId: string,
): Promise<{ patch: GraphPatch; summary: readonly string[] } | undefined> {
  try {
    const { patch, preview } = await getPatch(deps, actor, create(GetPatchRequestSchema, { patchId }));
    return { patch: create(GraphPatchSchema, patch), summary: preview?.summary ?? [] };
  } catch (error) {
    if (error instanceof AppError && error.reason === "PATCH_NOT_FOUND") return undefined;
    throw error;
  }
}

async function decide(
  deps: ModelToolDeps,
  modeler: Modeler,
  { patchId, approved, comment, approver }: Parameters<ModelPorts["decide"]>[1],
  key: string,
): Promise<PatchOutcome> {
  const actor = agentActor(modeler.tenantId, approver ?? modeler.userId);
  const patch = await patchOf(deps, actor, patchId);
  // What somebody else has put in its place is not what the person was asked about.
  if (patch.author?.runId !== modeler.runId) return { ok: false, patch, diagnostics: [REPLACED] };
  const { etag } = patch;
  if (patch.status === PatchStatus.APPLIED || patch.status === PatchStatus.REJECTED)
    return { ok: true, patch };
  const requestId = uuidv5(key, uuidv5.URL);
  try {
    if (approved) {
      const request = create(ApplyPatchRequestSchema, {
        patchId,
        etag,
        requestId,
        comment,
        approveUndecided: true,
      });
      await applyPatch(deps, actor, request, approver === undefined ? BY_ALLOW_LIST : undefined);
    } else {
      const reviews = undecidedOf(patch).map((operationId) => ({
        operationId,
        comment,
        decision: ReviewDecision.REJECTED,
      }));
      if (reviews.length > 0)
        await reviewPatch(
          deps,
          actor,
          create(ReviewPatchRequestSchema, { patchId, etag, requestId, reviews }),
        );
    }
    return { ok: true, patch: await patchOf(deps, actor, patchId) };
  } catch (error) {
    if (!(error instanceof PatchRefused)) throw error;
    return { ok: false, patch: await patchOf(deps, actor, patchId), diagnostics: diagnosticsOf(error) };
  }
}

const REPLACED = create(DiagnosticSchema, {
  severity: Severity.ERROR,
  code: "PATCH_REPLACED",
  message:
    "somebody has replaced the operations of this patch; look at the model, and propose what is still needed",
});

async function patchOf(deps: ModelToolDeps, actor: Actor, patchId: string): Promise<GraphPatch> {
  const request = create(GetPatchRequestSchema, { patchId, withoutPreview: true });
  const { patch } = await getPatch(deps, actor, request);
  return create(GraphPatchSchema, patch);
}
