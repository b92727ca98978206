import { AIMessage } from "@langchain/core/messages";
import type { RunnableConfig } from "@langchain/core/runnables";
import { END, START, StateGraph, type LangGraphRunnableConfig } from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { AgentDefinition } from "../../inference/index.ts";
import { answerAnnotation, type AnswerState } from "./answer-state.ts";
import { executionOf } from "./execution.ts";
import { createModelNode } from "./model-node.ts";
import { createToolNode } from "./tool-node.ts";

/** A graph that stores its checkpoints in one place. */
export interface AgentGraph {
  /** `null` goes on from the checkpoint. */
  invoke(input: Partial<AnswerState> | null, options: InvokeOptions): Promise<unknown>;
  getState(config: RunnableConfig): Promise<{ values: unknown; config: RunnableConfig }>;
}

interface InvokeOptions extends RunnableConfig {
  context: Record<string, unknown>;
  durability: "async" | "exit";
}

/** Binds a graph to a run's checkpoints; the graph itself is built once, and this takes a tenth of a millisecond. */
export type CompileGraph = (checkpointer: BaseCheckpointSaver) => AgentGraph;

/** One model call. */
function buildChat(agent: AgentDefinition): CompileGraph {
  const graph = new StateGraph(answerAnnotation)
    .addNode("model", tellingFailures(createModelNode(agent)))
    .addEdge(START, "model")
    .addEdge("model", END);
  return (checkpointer) => graph.compile({ checkpointer });
}

/** The model, and the tools that it calls, in turns. */
function buildToolLoop(agent: AgentDefinition): CompileGraph {
  const graph = new StateGraph(answerAnnotation)
    .addNode("model", tellingFailures(createModelNode(agent)))
    .addNode("tools", tellingFailures(createToolNode(agent)))
    .addEdge(START, "model")
    .addConditionalEdges("model", callsTools, { tools: "tools", end: END })
    .addEdge("tools", "model");
  return (checkpointer) => graph.compile({ checkpointer });
}

type AgentNode = (state: AnswerState, config: LangGraphRunnableConfig) => Promise<Partial<AnswerState>>;

/** LangGraph writes into the errors that pass through it and stores their messages; ours go past it. */
function tellingFailures(node: AgentNode): AgentNode {
  return async (state, config) => {
    try {
      return await node(state, config);
    } catch (error) {
      executionOf(config).fail(error);
      throw new Error("the execution has failed", { cause: error });
    }
  };
}

function callsTools({ answer }: AnswerState): "tools" | "end" {
  const last = answer.at(-1);
  return AIMessage.isInstance(last) && (last.tool_calls ?? []).length > 0 ? "tools" : "end";
}

/** Which graph executes which agent, by id and version. */
const BUILDERS: Readonly<Record<string, (agent: AgentDefinition) => CompileGraph>> = {
  "simple-chat@1": buildChat,
  "tools@1": buildToolLoop,
};

/** Builds each graph once. */
export function createGraphTable(): (agent: AgentDefinition) => CompileGraph {
  const graphs = new Map<string, CompileGraph>();
  return (agent) => {
    const key = `${agent.agentId}@${agent.version}`;
    const known = graphs.get(key);
    if (known) return known;
    const build = BUILDERS[key];
    if (!build) throw new Error(`the agent ${key} is registered without a graph`);
    const built = build(agent);
    graphs.set(key, built);
    return built;
  };
}
