import {
  InferenceService,
  type StartRunRequest,
  type StartRunResponse,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { deliverMessage, loadReadableChat } from "../chat/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Tx } from "../platform/db/database.ts";
import { admitRun } from "./admit-run.ts";
import { DEFAULT_AGENT_ID } from "./agent-registry.ts";
import { createChatRuns } from "./chat-runs.ts";
import type { RunDeps } from "./change-run.ts";
import type { RunRecord } from "./run.ts";
import { runSummary } from "./run-message.ts";

export async function startRun(
  deps: RunDeps,
  actor: Actor,
  request: StartRunRequest,
): Promise<StartRunResponse> {
  requireScope(actor, "run.write");
  return runCommand(deps, actor, InferenceService.method.startRun, request, async (tx) => {
    const run = await (request.chatId === "" ? startAlone : startInChat)(tx, deps, actor, request);
    return { run: runSummary(run) };
  });
}

async function startAlone(tx: Tx, deps: RunDeps, actor: Actor, request: StartRunRequest): Promise<RunRecord> {
  const { messages, requestId } = request;
  return admitRun(tx, deps, actor, {
    runId: uuidv7(),
    chatId: "",
    messageId: "",
    turn: 0,
    waits: false,
    messages,
    requestId,
    agentId: request.agentId || DEFAULT_AGENT_ID,
    maxOutputTokens: request.options?.maxOutputTokens ?? 0,
    options: request.options,
  });
}

async function startInChat(
  tx: Tx,
  deps: RunDeps,
  actor: Actor,
  request: StartRunRequest,
): Promise<RunRecord> {
  const { requestId, multitaskStrategy: strategy } = request;
  const [input] = request.messages;
  if (!input) throw new TypeError("validation lets no run without a message through");
  const chat = await loadReadableChat(tx, actor, request.chatId);
  let admitted: RunRecord | undefined;
  await deliverMessage(tx, { ...deps, runs: createChatRuns(deps) }, actor, chat, {
    input,
    requestId,
    strategy,
    admit: async (run) => {
      const agentId = request.agentId || run.agentId;
      const maxOutputTokens = request.options?.maxOutputTokens ?? 0;
      admitted = await admitRun(tx, deps, actor, {
        ...run,
        messages: [],
        agentId,
        maxOutputTokens,
        options: request.options,
        requestId,
      });
    },
  });
  if (!admitted) throw new TypeError("delivering a message admits its run");
  return admitted;
}
