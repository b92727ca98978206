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
import { decideCancel, hasEnded, type RunRecord } from "./run.ts";
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
  if (hasEnded(run)) return run;
  const asked = decideCancel(run, actor.userId);
  // Lease, chat, budget, run: in this order everywhere, so that no two wait for each other.
  if (await requestCancel(tx, run.runId)) {
    tx.afterCommit(() => deps.bus.publish(CANCEL_SUBJECT));
    return changeRun(tx, deps, actor, run, asked);
  }
  // It stands still or waits for its turn: there is no executor that could stop it.
  const { parts = [], usage } = run.end ?? {};
  const outcome = { state: RunState.CANCELLED as const, parts, usage, error: undefined };
  const ended = await endRun(tx, deps, actor, run, outcome, asked);
  await deps.forgetRun(tx, run.runId);
  return ended;
}
