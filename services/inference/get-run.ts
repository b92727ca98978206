import type {
  GetRunRequest,
  GetRunResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { usageOf, type RunBudget } from "../budget/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database, Reader } from "../platform/db/database.ts";
import { loadReadableRun } from "./run-access.ts";
import { runSummary, usageMessage } from "./run-message.ts";
import type { RunRecord } from "./run.ts";
import { findProgress } from "./store.ts";

interface GetRunDeps {
  database: Database;
  budget: RunBudget;
}

export async function getRun(
  deps: GetRunDeps,
  actor: Actor,
  request: GetRunRequest,
): Promise<MessageInitShape<typeof GetRunResponseSchema>> {
  requireScope(actor, "run.read");
  const reader = deps.database.reader(actor.tenantId);
  const run = await loadReadableRun(reader, actor, request.runId);
  return { run: { ...runSummary(run), ...(await details(deps, reader, run)) } };
}

async function details({ budget }: GetRunDeps, reader: Reader, { runId, end }: RunRecord) {
  const reservedMicros = BigInt(await budget.reservedFor(reader, runId));
  if (end) return { parts: end.parts, reservedMicros };
  const [progress, totals] = await Promise.all([findProgress(reader, runId), usageOf(reader, { runId })]);
  return {
    parts: progress?.snapshot?.parts ?? [],
    usage: usageMessage(totals, budget.currency),
    reservedMicros,
  };
}
