import {
  InferenceService,
  type CancelRunRequest,
  type CancelRunResponse,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Tx } from "../platform/db/database.ts";
import { CANCEL_SUBJECT, changeRun, type RunDeps } from "./change-run.ts";
import { endRun } from "./end-run.ts";
import { requestCancel } from "./lease-store.ts";
import { loadReadableRun } from "./run-access.ts";
import { runSummary } from "./run-message.ts";
import { decideCancel, type RunRecord } from "./run.ts";
import { findRun } from "./store.ts";

export async function cancelRun(
  deps: RunDeps,
  actor: Actor,
  request: CancelRunRequest,
): Promise<CancelRunResponse> {
  requireScope(actor, "run.write");
  return runCommand(deps, actor, InferenceService.method.cancelRun, request, async (tx) => {
    const run = await loadReadableRun(tx, actor, request.runId);
    return { run: runSummary(await cancel(tx, deps, actor, run)) };
  });
}

/** The same for a chat that is being deleted. */
export async function cancelRunOfChat(tx: Tx, deps: RunDeps, actor: Actor, runId: string): Promise<void> {
  const run = await findRun(tx, runId);
  if (run) await cancel(tx, deps, actor, run);
}

async function cancel(tx: Tx, deps: RunDeps, actor: Actor, run: RunRecord): Promise<RunRecord> {
  // The lease first, as its executor does, so that the two never wait for each other.
  await requestCancel(tx, run.runId);
  const asked = await changeRun(tx, deps, actor, run, decideCancel(run, actor.userId));
  // A parked run has no executor that could stop it.
  if (asked.state === RunState.PARKED && asked.end) {
    const { parts, usage } = asked.end;
    return endRun(tx, deps, actor, asked, { state: RunState.CANCELLED, parts, usage, error: undefined });
  }
  tx.afterCommit(() => deps.bus.publish(CANCEL_SUBJECT));
  return asked;
}
