import type { BaseMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AgentEvent, AgentRequest } from "../agent-event.ts";
import type { AgentDefinition } from "../../inference/index.ts";
import type { ResponseCache } from "../models/cache/response-cache.ts";
import type { ModelChain } from "../models/model-chain.ts";
import type { Moderator } from "../models/moderation/moderator.ts";
import type { ToolPorts } from "../tool-ports.ts";
import type { Masking } from "./masked-messages.ts";

/** What the nodes of a graph share while one run is executed; LangGraph carries it as its context. */
export interface Execution {
  request: AgentRequest;
  agent: AgentDefinition;
  chain: ModelChain;
  masking: Masking;
  cache: ResponseCache | undefined;
  /** Undefined where nobody is to judge what is said. */
  moderator: Moderator | undefined;
  ports: ToolPorts;
  /** The agent's prompt and the conversation, as the model gets them. */
  conversation: readonly BaseMessage[];
  /** Our count of their tokens. */
  conversationTokens: number;
  /** Aborted when the run is to stop, or nobody reads its events any more. */
  signal: AbortSignal;
  /** Returns a promise when the reader is far behind; await it before the next event. */
  emit(event: AgentEvent): Promise<void> | undefined;
  /** Ends the execution with this error, after the events so far. */
  fail(error: unknown): void;
  /** A fresh id for a model call. */
  nextCallId(): string;
  /** Resolves once all checkpoints so far are stored. */
  checkpointed(): Promise<void>;
}

export const contextOf = (execution: Execution): Record<string, unknown> => ({ execution });

export function executionOf(config: LangGraphRunnableConfig): Execution {
  return config.context?.["execution"] as Execution;
}
