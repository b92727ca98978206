import type { ChatMessageInput } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { RunOptions } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import type { Actor } from "../platform/auth/actor.ts";
import type { Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { countTokens } from "../platform/tokenizer/count-tokens.ts";
import type { AgentDefinition } from "./agent-registry.ts";
import { changeRun, type RunDeps } from "./change-run.ts";
import { conversationOfRun, type SpokenMessage } from "./conversation.ts";
import type { ModelInfo } from "./model-catalog.ts";
import { decideAdmit, newRun, type RunRecord } from "./run.ts";
import { startTurn } from "./start-turn.ts";

export interface RunToAdmit {
  runId: string;
  /** Empty without a chat. */
  chatId: string;
  messageId: string;
  /** The version of the message; 0 without a chat. */
  turn: number;
  /** Another turn of the chat is to end first, and puts it in the queue then. */
  waits: boolean;
  /** The conversation of a run without a chat. */
  messages: ChatMessageInput[];
  agentId: string;
  /** 0: the agent's own limit. */
  maxOutputTokens: number;
  /** Whatever else the caller wished for. */
  options?: RunOptions | undefined;
  requestId: string;
}

/** What a message costs beyond its text, and a tool by being on the list. */
const TOKENS_PER_MESSAGE = 8;
const TOKENS_PER_TOOL = 220;
/** Those whose schemas say more. */
const TOKENS_OF_TOOL: Readonly<Record<string, number>> = {
  expand: 260,
  find: 260,
  propose_patch: 760,
  repair_model: 260,
  understand_model: 360,
};

/** Most that it takes to tell a model of a tool. */
export const tokensOfTool = (name: string): number => TOKENS_OF_TOOL[name] ?? TOKENS_PER_TOOL;

/** To say which artifact the chat is about, to an agent that reads models. */
export const TOKENS_OF_ARTIFACT = 100;

const toolTokens = ({ tools }: AgentDefinition): number =>
  tools.reduce((sum, name) => sum + tokensOfTool(name), 0) +
  (tools.includes("understand_model") ? TOKENS_OF_ARTIFACT : 0);

/**
 * Stores a run, holds the slice of its first call in every budget above it and puts it in the queue when its turn is
 * there; throwing leaves nothing behind.
 */
export async function admitRun(tx: Tx, deps: RunDeps, actor: Actor, wanted: RunToAdmit): Promise<RunRecord> {
  const agent = await deps.agents.get(tx, wanted.agentId, wanted.chatId || actor.userId);
  const conversation = await conversationOfRun(tx, wanted);
  const call = firstCallOf(deps, agent, conversation, wanted.maxOutputTokens);
  const slice = deps.budget.sliceOf(call);
  const { runId, chatId, messageId, messages, requestId, turn } = wanted;
  const { maxCostMicros = 0n, cache = false } = wanted.options ?? {};
  const teamId = payingTeam(actor, wanted.options?.teamId);
  const { agentId, version: agentVersion } = agent;
  const { userId } = actor;
  const decided = decideAdmit({
    userId,
    chatId,
    messageId,
    messages,
    agentId,
    agentVersion,
    model: call.model,
    options: { maxOutputTokens: call.maxOutputTokens, maxCostMicros, teamId, cache },
    turn,
    reservedMicros: slice.micros,
  });
  const run = await changeRun(tx, deps, actor, newRun(runId), decided, requestId);
  const account = { runId, userId, teamId, agentId, chatId, maxCostMicros: Number(maxCostMicros) };
  await deps.budget.admit(tx, account, slice);
  if (!wanted.waits) await startTurn(tx, deps, runId);
  return run;
}

/** The first model call of a run that has not begun. */
export function firstCallOf(
  { agents }: Pick<RunDeps, "agents">,
  agent: AgentDefinition,
  conversation: readonly SpokenMessage[],
  maxOutputTokens: number,
) {
  const [model] = agents.modelsOf(agent);
  return {
    model: model.ref,
    inputTokens: inputTokensOf(agent, conversation),
    outputTokens: 0,
    maxOutputTokens: outputLimit(agent, model, maxOutputTokens),
  };
}

/** The team that a run of the actor is charged to; empty for none. */
export function payingTeam({ teams }: Actor, wanted = ""): string {
  if (wanted === "") return teams[0] ?? "";
  if (teams.includes(wanted)) return wanted;
  throw new AppError("BUDGET_NOT_FOUND", `you are not in the team ${wanted}; name one of yours, or none`, {
    metadata: { scope: "team", scope_id: wanted },
  });
}

export const outputLimit = (agent: AgentDefinition, model: ModelInfo, wanted: number): number =>
  Math.min(wanted || agent.maxOutputTokens, model.maxOutputTokens);

/**
 * Our count of what the first model call reads: never less than what its executor will count, or a run that was
 * admitted on a tight budget would be refused at its first word.
 */
export function inputTokensOf(agent: AgentDefinition, conversation: readonly SpokenMessage[]): number {
  const spoken = conversation.filter(({ text }) => text.trim() !== "");
  const instructions = spoken.filter(({ role }) => role === "system").map(({ text }) => text);
  const system = countTokens([agent.prompt, ...instructions].join("\n\n"));
  const others = spoken.reduce((sum, { role, tokens }) => sum + (role === "system" ? 0 : tokens), 0);
  return system + others + (spoken.length + 1) * TOKENS_PER_MESSAGE + toolTokens(agent);
}
