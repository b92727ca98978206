import type {
  ValidateModelRequest,
  ValidateModelResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { diagnosticMessage } from "../../notation/model-messages.ts";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { checkModel } from "./check-model.ts";
import type { ContentDeps } from "./content-deps.ts";
import { loadModel } from "./load-model.ts";
import { findRules } from "./model-rule-store.ts";
import { sorted, violations } from "./violations.ts";

export async function validateModel(
  deps: ContentDeps,
  actor: Actor,
  { artifactId, branch, version, itemIds }: ValidateModelRequest,
  signal: AbortSignal,
): Promise<MessageInitShape<typeof ValidateModelResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const ref = { artifactId, branch, ...(version > 0n && { version: Number(version) }) };
  const [model, { rules }] = await Promise.all([loadModel(deps, reader, ref), findRules(reader)]);
  const scope = itemIds.length > 0 ? new Set(itemIds) : undefined;
  const { problems, problemCount, errorCount } = scope
    ? sorted([...violations(model.kit, model.graph, rules, scope)])
    : await checkModel(deps, model, rules, signal);
  return {
    diagnostics: problems.map(diagnosticMessage),
    totalCount: problemCount,
    errorCount,
    version: BigInt(model.version),
  };
}
