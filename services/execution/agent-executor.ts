import { setTimeout as sleep } from "node:timers/promises";
import type { BaseMessage } from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";
import { Command, INTERRUPT, isInterrupted } from "@langchain/langgraph";
import type { AgentDefinition, AgentRegistry, HealthReport } from "../inference/index.ts";
import type { ProviderConfig } from "../platform/config/config.ts";
import type { Database } from "../platform/db/database.ts";
import type { AgentEvent, AgentExecutor, AgentRequest, Restored } from "./agent-event.ts";
import { createGraphTable, type AgentGraph, type AnswerCommand } from "./agents/agent-graph.ts";
import { endedCallsOf, finishReasonOf, type AnswerState } from "./agents/answer-state.ts";
import { interruptOf, resumeValue } from "./agents/ask-person.ts";
import { conversationMessages, tokensOf } from "./agents/conversation.ts";
import { createEventChannel } from "./agents/event-channel.ts";
import { contextOf, type Execution } from "./agents/execution.ts";
import { createMasking } from "./agents/masked-messages.ts";
import { restoredParts } from "./agents/restored-parts.ts";
import { MAX_CALLS_AT_ONCE } from "./agents/tool-node.ts";
import { RunCheckpointSaver } from "./checkpoints/run-checkpoint-saver.ts";
import { createModelFactory } from "./models/model-factory.ts";
import { createModelChain } from "./models/model-chain.ts";
import type { ResponseCache } from "./models/cache/response-cache.ts";
import { createInputCheck } from "./models/moderation/input-check.ts";
import type { Moderator } from "./models/moderation/moderator.ts";
import { DEFAULT_PATIENCE, type Patience } from "./models/patience.ts";
import { countTokens } from "../platform/tokenizer/count-tokens.ts";
import { healthReport } from "./models/report-health.ts";
import type { ModelledArtifact } from "./model-ports.ts";
import type { ToolPorts } from "./tool-ports.ts";

const LONGEST_SETTLING_MILLISECONDS = 2_000;

export interface AgentExecutorDeps {
  database: Database;
  agents: AgentRegistry;
  providers: readonly ProviderConfig[];
  /** 0: as fast as possible. */
  offlineTokensPerSecond: number;
  tools: ToolPorts;
  /** Without it nothing is given again. */
  cache?: ResponseCache | undefined;
  /** Judges what is said to models and what they say; nobody does without it. */
  moderator?: Moderator | undefined;
  patience?: Partial<Patience>;
}

/** An executor that knows how the models are. */
export interface ReportingExecutor extends AgentExecutor {
  health(): HealthReport[];
}

/** Executes agents as LangGraph graphs, one thread per run. */
export function createAgentExecutor(deps: AgentExecutorDeps): ReportingExecutor {
  const patience = { ...DEFAULT_PATIENCE, ...deps.patience };
  const factory = createModelFactory({ ...deps, patience });
  const inputCheck = deps.moderator && createInputCheck(deps.moderator);
  const graphOf = createGraphTable();
  // The first count loads the vocabulary, which would delay somebody's first token.
  countTokens("warm");

  return {
    health: () => factory.list().map(healthReport),
    async *execute(request) {
      const { tenantId, agentId, agentVersion, attempt, signal } = request;
      signal.throwIfAborted();
      const agent = await deps.agents.getVersion(deps.database.reader(tenantId), agentId, agentVersion);
      signal.throwIfAborted();
      const saver = new RunCheckpointSaver(deps.database, tenantId, { startsEmpty: attempt === 1 });
      const channel = createEventChannel<AgentEvent>();
      const stop = new AbortController();
      const abort = () => (channel.abort(signal.reason), stop.abort());
      signal.addEventListener("abort", abort, { once: true });
      const begun = async () => {
        const said = (await inputCheck?.admit(request.conversation, stop.signal)) ?? request.conversation;
        await runGraph(graphOf(agent)(saver), agent, {
          ...conversationOf(agent, said, await artifactOf(deps.tools, agent, request)),
          request,
          agent,
          chain: createModelChain({ factory, first: request.model, models: deps.agents.modelsOf(agent) }),
          masking: createMasking(),
          moderator: deps.moderator,
          cache: deps.cache,
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

/** What an agent that works on models is told its chat is about. */
async function artifactOf(
  { models }: ToolPorts,
  { tools }: AgentDefinition,
  request: AgentRequest,
): Promise<ModelledArtifact | undefined> {
  return tools.includes("understand_model") ? models.artifactOfChat(request) : undefined;
}

function conversationOf(
  agent: AgentDefinition,
  said: AgentRequest["conversation"],
  artifact: ModelledArtifact | undefined,
) {
  const conversation = conversationMessages(agent.prompt, said, artifact);
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
  const { runId, attempt, resumed } = execution.request;
  const thread = { configurable: { thread_id: runId } };
  const stored = attempt > 1 ? await storedState(graph, thread) : undefined;
  if (attempt > 1) await execution.emit(restoredFrom(stored?.answer ?? []));
  const result = await graph.invoke(stored ? inputAfter(stored, resumed) : { answer: [] }, {
    ...thread,
    context: contextOf(execution),
    signal: execution.signal,
    // A single call is stored when it is done: before, there is nothing that the run's input does not say.
    durability: agent.tools.length > 0 ? "async" : "exit",
    recursionLimit: (MAX_CALLS_AT_ONCE + 2) * agent.maxModelCalls + 5,
  });
  await execution.checkpointed();
  const asked = isInterrupted(result) ? result[INTERRUPT][0] : undefined;
  if (asked) await execution.emit({ type: "interrupted", interrupt: interruptOf(asked) });
}

const restoredFrom = (answer: readonly BaseMessage[]): Restored => ({
  type: "restored",
  parts: restoredParts(answer),
  finishReason: finishReasonOf(answer),
  ended: endedCallsOf(answer),
});

interface StoredState {
  answer: BaseMessage[];
  /** Questions that wait for their answer. */
  asked: readonly string[];
}

/** What the latest checkpoint holds; undefined without a checkpoint. */
async function storedState(graph: AgentGraph, thread: RunnableConfig): Promise<StoredState | undefined> {
  const { values, config, tasks } = await graph.getState(thread);
  if (config.configurable?.["checkpoint_id"] === undefined) return undefined;
  const asked = tasks.flatMap(({ interrupts }) => interrupts.map(({ id = "" }) => id));
  return { answer: (values as Partial<AnswerState>).answer ?? [], asked };
}

/** An answer that was taken in before a crash is not given again: the checkpoint no longer asks. */
function inputAfter({ asked }: StoredState, resumed: AgentRequest["resumed"]): AnswerCommand | null {
  if (!resumed || !asked.includes(resumed.interruptId)) return null;
  return new Command({ resume: { [resumed.interruptId]: resumeValue(resumed.answer) } });
}

function callIds(attempt: number): () => string {
  let calls = 0;
  return () => `${attempt}.${(calls += 1)}`;
}
