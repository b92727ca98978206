import type { ChatMessageInput } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { Actor } from "../platform/auth/actor.ts";
import type { Tx } from "../platform/db/database.ts";
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
  /** Whether an answer that was given before will do. */
  cache?: boolean | undefined;
  requestId: string;
}

/** What a message costs beyond its text, and a tool by being on the list. */
const TOKENS_PER_MESSAGE = 8;
const TOKENS_PER_TOOL = 150;

/** Stores a run, holds its worst case in the budget and puts it in the queue when its turn is there; throwing leaves nothing behind. */
export async function admitRun(tx: Tx, deps: RunDeps, actor: Actor, wanted: RunToAdmit): Promise<RunRecord> {
  const agent = await deps.agents.get(tx, wanted.agentId, wanted.chatId || actor.userId);
  const [model] = deps.agents.modelsOf(agent);
  const maxOutputTokens = outputLimit(agent, model, wanted.maxOutputTokens);
  const reservedMicros = deps.budget.costOf(model.ref, {
    inputTokens: inputTokensOf(agent, await conversationOfRun(tx, wanted)),
    outputTokens: maxOutputTokens,
  });
  const { runId, chatId, messageId, messages, requestId, turn } = wanted;
  const decided = decideAdmit({
    userId: actor.userId,
    chatId,
    messageId,
    messages,
    agentId: agent.agentId,
    agentVersion: agent.version,
    model: model.ref,
    options: { maxOutputTokens, cache: wanted.cache ?? false },
    turn,
    reservedMicros,
  });
  const run = await changeRun(tx, deps, actor, newRun(runId), decided, requestId);
  await deps.budget.admit(tx, runId, reservedMicros);
  if (!wanted.waits) await startTurn(tx, deps, runId);
  return run;
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
  return system + others + (spoken.length + 1) * TOKENS_PER_MESSAGE + agent.tools.length * TOKENS_PER_TOOL;
}
