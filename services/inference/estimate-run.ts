import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import type {
  EstimateRunRequest,
  EstimateRunResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { loadReadableChat } from "../chat/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Reader } from "../platform/db/database.ts";
import type { AppError } from "../platform/errors/app-error.ts";
import { firstCallOf, payingTeam } from "./admit-run.ts";
import { DEFAULT_AGENT_ID } from "./agent-registry.ts";
import type { RunDeps } from "./change-run.ts";
import { conversationOf, conversationOfChat, type SpokenMessage } from "./conversation.ts";

/** What StartRun would hold and may cost. Nothing is held, so a moment later it may be different. */
export async function estimateRun(
  deps: RunDeps,
  actor: Actor,
  request: EstimateRunRequest,
): Promise<MessageInitShape<typeof EstimateRunResponseSchema>> {
  requireScope(actor, "run.read");
  const reader = deps.database.reader(actor.tenantId);
  const { budget } = deps;
  const { agentId, chatId, conversation } = await whatIsAsked(reader, actor, request);
  const agent = await deps.agents.get(reader, agentId, chatId || actor.userId);
  const call = firstCallOf(deps, agent, conversation, request.options?.maxOutputTokens ?? 0);
  const slice = budget.sliceOf(call);
  const maxCostMicros = Number(request.options?.maxCostMicros ?? 0n);
  const teamId = payingTeam(actor, request.options?.teamId);
  const { userId } = actor;
  const run = { runId: "", userId, teamId, agentId: agent.agentId, chatId, maxCostMicros };
  const refusal = await budget.refusalOf(reader, run, slice);
  return {
    agentId: agent.agentId,
    model: call.model,
    inputTokens: BigInt(call.inputTokens),
    maxOutputTokens: BigInt(call.maxOutputTokens),
    holdMicros: BigInt(slice.micros),
    holdTokens: BigInt(slice.tokens),
    callMaxMicros: BigInt(budget.costOf(call.model, { ...call, outputTokens: call.maxOutputTokens })),
    maxModelCalls: agent.maxModelCalls,
    currency: budget.currency,
    priceVersion: budget.priceVersion,
    fits: refusal === undefined,
    ...(refusal && { refusal: runErrorOf(refusal) }),
  };
}

async function whatIsAsked(
  reader: Reader,
  actor: Actor,
  { chatId: asked, messages, agentId }: EstimateRunRequest,
): Promise<{ agentId: string; chatId: string; conversation: SpokenMessage[] }> {
  const added = conversationOf(messages);
  if (asked === "") return { agentId: agentId || DEFAULT_AGENT_ID, chatId: "", conversation: added };
  // The id as it is stored: the caller may have typed it in capitals.
  const { chatId, ...chat } = await loadReadableChat(reader, actor, asked);
  const said = await conversationOfChat(reader, chatId, 0);
  return { agentId: agentId || chat.agentId || DEFAULT_AGENT_ID, chatId, conversation: [...said, ...added] };
}

const runErrorOf = ({ reason, message, metadata }: AppError) => ({
  reason: ErrorReason[reason],
  message,
  metadata: { ...metadata },
});
