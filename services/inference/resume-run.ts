import {
  InferenceService,
  type ResumeRunRequest,
  type ResumeRunResponse,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
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
    const reservedMicros = await worstCaseOf(tx, deps, run);
    const { runId, chatId } = run;
    const { interruptId, answer, requestId } = request;
    const decided = decideResume(run, { userId: actor.userId, reservedMicros, interruptId, answer });
    if (answer) requireFittingAnswer(actor, run, answer, deps.now());
    if (chatId !== "") await resumeTurn(tx, deps, actor, { chatId, runId });
    await deps.budget.admit(tx, runId, reservedMicros);
    const resumed = await changeRun(tx, deps, actor, run, decided, requestId);
    await startTurn(tx, deps, runId, run.attempt);
    return { run: runSummary(resumed) };
  });
}

async function worstCaseOf(tx: Tx, deps: RunDeps, run: RunRecord): Promise<number> {
  const agent = await deps.agents.getVersion(tx, run.agentId, run.agentVersion);
  const conversation = await conversationOfRun(tx, run);
  const tokens = { inputTokens: inputTokensOf(agent, conversation), outputTokens: run.maxOutputTokens };
  return deps.budget.costOf(run.model, tokens);
}
