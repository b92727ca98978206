import type {
  ValidateModelRequest,
  ValidateModelResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { diagnosticMessage } from "../../notation/model-messages.ts";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import type { CustomRule } from "../../notation/custom-rules.ts";
import type { ContentDeps } from "./content-deps.ts";
import { writeGraph } from "./graph-file.ts";
import { sizeOf } from "./graph-items.ts";
import { loadModel, type LoadedModel } from "./load-model.ts";
import { findRules } from "./model-rule-store.ts";
import { sorted, violations, type CheckResult } from "./violations.ts";

/** Checking more than that would hold up others. */
const CHECKED_HERE = 3000;

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
  const { problems, problemCount, errorCount } =
    scope || sizeOf(model.graph) <= CHECKED_HERE
      ? sorted([...violations(model.kit, model.graph, rules, scope)])
      : await checkInThread(deps, model, rules, signal);
  return {
    diagnostics: problems.map(diagnosticMessage),
    totalCount: problemCount,
    errorCount,
    version: BigInt(model.version),
  };
}

async function checkInThread(
  { codecs }: ContentDeps,
  { graph, notation }: LoadedModel,
  rules: readonly CustomRule[],
  signal: AbortSignal,
): Promise<CheckResult> {
  const job = { do: "check" as const, notation, graph: await writeGraph(graph), rules };
  return (await codecs.run(job, { signal })) as CheckResult;
}
