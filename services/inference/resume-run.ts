import {
  InferenceService,
  type ResumeRunRequest,
  type ResumeRunResponse,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { Slice } from "../budget/index.ts";
import { resumeTurn } from "../chat/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Tx } from "../platform/db/database.ts";
import { inputTokensOf } from "./admit-run.ts";
import { changeRun, type RunDeps } from "./change-run.ts";
import { conversationOfRun } from "./conversation.ts";
import { requireFittingAnswer } from "./interrupt-answer.ts";
import { loadReadableRun } from "./run-access.ts";
import { runSummary } from "./run-message.ts";
import { decideResume, type RunRecord } from "./run.ts";
import { startTurn } from "./start-turn.ts";

export async function resumeRun(
  deps: RunDeps,
  actor: Actor,
  request: ResumeRunRequest,
): Promise<ResumeRunResponse> {
  requireScope(actor, "run.write");
  return runCommand(deps, actor, InferenceService.method.resumeRun, request, async (tx) => {
    const run = await loadReadableRun(tx, actor, request.runId);
    const slice = await nextSlice(tx, deps, run);
    const { runId, chatId } = run;
    const { interruptId, answer, requestId } = request;
    const { userId } = actor;
    const decided = decideResume(run, { userId, reservedMicros: slice.micros, interruptId, answer });
    if (answer) requireFittingAnswer(actor, run, answer, deps.now());
    if (chatId !== "") await resumeTurn(tx, deps, actor, { chatId, runId });
    await deps.budget.readmit(tx, runId, slice);
    const resumed = await changeRun(tx, deps, actor, run, decided, requestId);
    await startTurn(tx, deps, runId, run.attempt);
    return { run: runSummary(resumed) };
  });
}

/** What its next model call holds first, as far as the conversation tells; the executor counts what was said since. */
async function nextSlice(tx: Tx, deps: RunDeps, run: RunRecord): Promise<Slice> {
  const { model, maxOutputTokens } = run;
  const agent = await deps.agents.getVersion(tx, run.agentId, run.agentVersion);
  const inputTokens = inputTokensOf(agent, await conversationOfRun(tx, run));
  return deps.budget.sliceOf({ model, inputTokens, outputTokens: 0, maxOutputTokens });
}
