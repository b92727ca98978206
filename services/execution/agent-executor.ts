import { setTimeout as sleep } from "node:timers/promises";
import type { BaseMessage } from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";
import type { AgentDefinition, AgentRegistry } from "../inference/index.ts";
import type { ProviderConfig } from "../platform/config/config.ts";
import type { Database } from "../platform/db/database.ts";
import type { AgentEvent, AgentExecutor, AgentRequest } from "./agent-event.ts";
import { createGraphTable, type AgentGraph } from "./agents/agent-graph.ts";
import type { AnswerState } from "./agents/answer-state.ts";
import { conversationMessages, tokensOf } from "./agents/conversation.ts";
import { createEventChannel } from "./agents/event-channel.ts";
import { contextOf, type Execution } from "./agents/execution.ts";
import { createMasking } from "./agents/masked-messages.ts";
import { restoredParts } from "./agents/restored-parts.ts";
import { RunCheckpointSaver } from "./checkpoints/run-checkpoint-saver.ts";
import { createModelFactory } from "./models/model-factory.ts";
import { createModelChain } from "./models/model-chain.ts";
import { createInputCheck } from "./models/moderation/input-check.ts";
import type { Moderator } from "./models/moderation/moderator.ts";
import { DEFAULT_PATIENCE, type Patience } from "./models/patience.ts";
import { countTokens } from "../platform/tokenizer/count-tokens.ts";
import type { ToolPorts } from "./tool-ports.ts";

const LONGEST_SETTLING_MILLISECONDS = 2_000;

export interface AgentExecutorDeps {
  database: Database;
  agents: AgentRegistry;
  providers: readonly ProviderConfig[];
  /** 0: as fast as possible. */
  offlineTokensPerSecond: number;
  tools: ToolPorts;
  /** Judges what is said to models and what they say; nobody does without it. */
  moderator?: Moderator | undefined;
  patience?: Partial<Patience>;
}

/** Executes agents as LangGraph graphs, one thread per run. */
export function createAgentExecutor(deps: AgentExecutorDeps): AgentExecutor {
  const patience = { ...DEFAULT_PATIENCE, ...deps.patience };
  const factory = createModelFactory({ ...deps, patience });
  const inputCheck = deps.moderator && createInputCheck(deps.moderator);
  const graphOf = createGraphTable();
  // The first count loads the vocabulary, which would delay somebody's first token.
  countTokens("warm");

  return {
    async *execute(request) {
      const { tenantId, attempt, signal } = request;
      signal.throwIfAborted();
      const reader = deps.database.reader(tenantId);
      const agent = await deps.agents.getVersion(reader, request.agentId, request.agentVersion);
      signal.throwIfAborted();
      const saver = new RunCheckpointSaver(deps.database, tenantId, { startsEmpty: attempt === 1 });
      const channel = createEventChannel<AgentEvent>();
      const stop = new AbortController();
      const abort = () => {
        channel.abort(signal.reason);
        stop.abort();
      };
      signal.addEventListener("abort", abort, { once: true });
      const begun = async () => {
        const said = (await inputCheck?.admit(request.conversation, stop.signal)) ?? request.conversation;
        await runGraph(graphOf(agent)(saver), agent, {
          ...conversationOf(agent, said),
          request,
          agent,
          chain: createModelChain({ factory, first: request.model, models: deps.agents.modelsOf(agent) }),
          masking: createMasking(),
          moderator: deps.moderator,
          ports: deps.tools,
          signal: stop.signal,
          emit: channel.push,
          fail: channel.fail,
          nextCallId: callIds(attempt),
          checkpointed: () => saver.settled(),
        });
      };
      const done = begun().then(channel.end, channel.fail);
      try {
        yield* channel;
      } finally {
        signal.removeEventListener("abort", abort);
        channel.end();
        stop.abort();
        await settle(done.then(() => saver.settled()));
      }
    },
  };
}

function conversationOf(agent: AgentDefinition, said: AgentRequest["conversation"]) {
  const conversation = conversationMessages(agent.prompt, said);
  return { conversation, conversationTokens: tokensOf(conversation) };
}

/** So that a caller who deletes the checkpoints of an ended run deletes all; a dead database must not hold it up. */
async function settle(stored: Promise<void>): Promise<void> {
  const settled = new AbortController();
  const timeout = sleep(LONGEST_SETTLING_MILLISECONDS, undefined, { signal: settled.signal });
  await Promise.race([stored, timeout]).catch(() => undefined);
  settled.abort();
  await timeout.catch(() => undefined);
}

async function runGraph(graph: AgentGraph, agent: AgentDefinition, execution: Execution): Promise<void> {
  const { runId, attempt } = execution.request;
  const thread = { configurable: { thread_id: runId } };
  const answer = attempt > 1 ? await storedAnswer(graph, thread) : undefined;
  if (answer) await execution.emit({ type: "restored", parts: restoredParts(answer) });
  await graph.invoke(answer ? null : { answer: [] }, {
    ...thread,
    context: contextOf(execution),
    signal: execution.signal,
    // A single call is stored when it is done: before, there is nothing that the run's input does not say.
    durability: agent.tools.length > 0 ? "async" : "exit",
    recursionLimit: 2 * agent.maxModelCalls + 5,
  });
  await execution.checkpointed();
}

/** What the latest checkpoint holds of the answer; undefined without a checkpoint. */
async function storedAnswer(graph: AgentGraph, thread: RunnableConfig): Promise<BaseMessage[] | undefined> {
  const { values, config } = await graph.getState(thread);
  if (config.configurable?.["checkpoint_id"] === undefined) return undefined;
  return (values as Partial<AnswerState>).answer ?? [];
}

function callIds(attempt: number): () => string {
  let calls = 0;
  return () => `${attempt}.${(calls += 1)}`;
}
