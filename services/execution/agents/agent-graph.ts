import type { RunnableConfig } from "@langchain/core/runnables";
import {
  END,
  isGraphInterrupt,
  START,
  StateGraph,
  type Command,
  type LangGraphRunnableConfig,
  type StateSnapshot,
} from "@langchain/langgraph";
import type { BaseCheckpointSaver } from "@langchain/langgraph-checkpoint";
import type { AgentDefinition } from "../../inference/index.ts";
import { answerAnnotation, openCallsOf, type AnswerState } from "./answer-state.ts";
import { executionOf } from "./execution.ts";
import { createModelNode } from "./model-node.ts";
import { createToolNode } from "./tool-node.ts";

/** A graph that stores its checkpoints in one place. */
export interface AgentGraph {
  /** `null` goes on from the checkpoint, a command with the answer that it waits for. */
  invoke(input: Partial<AnswerState> | AnswerCommand | null, options: InvokeOptions): Promise<unknown>;
  getState(config: RunnableConfig): Promise<Pick<StateSnapshot, "values" | "config" | "tasks">>;
}

/** Gives the graph the answer that it waits for, and changes nothing else. */
export type AnswerCommand = Command<unknown, Partial<AnswerState>, never>;

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
    .addConditionalEdges("model", callsTools, { tools: "tools", other: END })
    .addConditionalEdges("tools", callsTools, { tools: "tools", other: "model" });
  return (checkpointer) => graph.compile({ checkpointer });
}

type AgentNode = (state: AnswerState, config: LangGraphRunnableConfig) => Promise<Partial<AnswerState>>;

/** LangGraph writes into the errors that pass through it and stores their messages; ours go past it. */
function tellingFailures(node: AgentNode): AgentNode {
  return async (state, config) => {
    try {
      return await node(state, config);
    } catch (error) {
      // How LangGraph suspends a graph.
      if (isGraphInterrupt(error)) throw error;
      executionOf(config).fail(error);
      throw new Error("the execution has failed", { cause: error });
    }
  };
}

/** As long as a call has no result. */
const callsTools = ({ answer }: AnswerState): "tools" | "other" =>
  openCallsOf(answer).length > 0 ? "tools" : "other";

const BUILDERS: Readonly<Record<AgentDefinition["graph"], (agent: AgentDefinition) => CompileGraph>> = {
  chat: buildChat,
  tool_loop: buildToolLoop,
};

/** Builds each graph once: the registry keeps a definition as long as it is in use. */
export function createGraphTable(): (agent: AgentDefinition) => CompileGraph {
  const graphs = new WeakMap<AgentDefinition, CompileGraph>();
  return (agent) => {
    const known = graphs.get(agent);
    if (known) return known;
    const built = BUILDERS[agent.graph](agent);
    graphs.set(agent, built);
    return built;
  };
}
