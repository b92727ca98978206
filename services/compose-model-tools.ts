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
import { DiagnosticSchema } from "@ameide/proto/ameide/model/v1/model_pb.js";
import { ProjectionIntent } from "@ameide/proto/ameide/projection/v1/projection_pb.js";
import { create } from "@bufbuild/protobuf";
import { v5 as uuidv5 } from "uuid";
import { loadModel, MAIN } from "./artifact/index.ts";
import type { ContentDeps } from "./artifact/content/content-deps.ts";
import { validateModel } from "./artifact/content/validate-model.ts";
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
  type PatchDeps,
} from "./graphpatch/index.ts";
import { findElements } from "./notation/find-elements.ts";
import type { Actor } from "./platform/auth/actor.ts";
import { currentTraceId } from "./platform/telemetry/trace.ts";
import type { ProjectionDeps } from "./projection/projection-deps.ts";
import { expandHandle, projectModel } from "./projection/project-model.ts";

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
      return linked.find(({ kind }) => deps.kits.of(kind.split("::")[0] ?? "") !== undefined);
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
    propose: (modeler, request, key) => propose(deps, modeler, request, key),
    decide: (modeler, decision, key) => decide(deps, modeler, decision, key),
  };
}

const INTENTS: Readonly<Record<string, ProjectionIntent>> = {
  analyze: ProjectionIntent.ANALYZE,
  modify: ProjectionIntent.MODIFY,
  validate: ProjectionIntent.VALIDATE,
  impact: ProjectionIntent.IMPACT,
};

async function propose(
  deps: ModelToolDeps,
  { tenantId, ...author }: Modeler,
  { artifactId, title, operations }: Parameters<ModelPorts["propose"]>[1],
  key: string,
): Promise<Proposal> {
  const actor = agentActor(tenantId, author.userId);
  const requestId = uuidv5(key, uuidv5.URL);
  const request = create(ProposePatchRequestSchema, {
    ...{ artifactId, title, requestId },
    operations: [...operations],
  });
  try {
    const { patch, preview } = await proposePatch(deps, actor, request, create(AuthorSchema, author));
    const reader = deps.database.reader(tenantId);
    return {
      ok: true,
      // A retry is told what it was told first, and the patch may have been decided since.
      patch: await patchOf(deps, actor, patch?.patchId ?? ""),
      summary: preview?.summary ?? [],
      mayApplyAlone: await mayApplyAlone(reader, author.agentId, operations),
    };
  } catch (error) {
    if (error instanceof PatchRefused) return { ok: false, diagnostics: diagnosticsOf(error) };
    throw error;
  }
}

async function decide(
  deps: ModelToolDeps,
  { tenantId, userId }: Modeler,
  { patchId, approved, comment, approver }: Parameters<ModelPorts["decide"]>[1],
  key: string,
): Promise<PatchOutcome> {
  const actor = agentActor(tenantId, approver ?? userId);
  const patch = await patchOf(deps, actor, patchId);
  if (patch.status === PatchStatus.APPLIED || patch.status === PatchStatus.REJECTED)
    return { ok: true, patch };
  const requestId = uuidv5(key, uuidv5.URL);
  try {
    if (approved) {
      const request = create(ApplyPatchRequestSchema, {
        patchId,
        requestId,
        comment,
        approveUndecided: true,
      });
      await applyPatch(deps, actor, request, approver === undefined ? BY_ALLOW_LIST : undefined);
    } else {
      const reviews = undecided(patch).map((operationId) => ({
        ...{ operationId, comment },
        decision: ReviewDecision.REJECTED,
      }));
      if (reviews.length > 0)
        await reviewPatch(deps, actor, create(ReviewPatchRequestSchema, { patchId, requestId, reviews }));
    }
    return { ok: true, patch: await patchOf(deps, actor, patchId) };
  } catch (error) {
    if (!(error instanceof PatchRefused)) throw error;
    return { ok: false, patch: await patchOf(deps, actor, patchId), diagnostics: diagnosticsOf(error) };
  }
}

function undecided({ operations, reviews }: GraphPatch): string[] {
  const decided = new Set(
    reviews.flatMap(({ operationId, decision }) => (DECISIONS.has(decision) ? [operationId] : [])),
  );
  return operations.flatMap(({ id }) => (decided.has(id) ? [] : [id]));
}

const DECISIONS = new Set([ReviewDecision.APPROVED, ReviewDecision.REJECTED, ReviewDecision.EDITED]);

async function patchOf(deps: ModelToolDeps, actor: Actor, patchId: string): Promise<GraphPatch> {
  const request = create(GetPatchRequestSchema, { patchId, withoutPreview: true });
  const { patch } = await getPatch(deps, actor, request);
  return create(GraphPatchSchema, patch);
}
