import type { AgentDefinition } from "./agent-definition.ts";
import { MODELING_AGENTS } from "./modeling-agents.ts";

/** Answers when no agent is named. */
export const DEFAULT_AGENT_ID = "simple-chat";

/** Ids that begin so are kept for agents of later releases: no tenant has taken them. */
export const RESERVED_PREFIX = "ameide-";

/** All versions of the agents that are part of the server, oldest first. One that runs may still name must stay. */
export const BUILT_IN_AGENTS: readonly AgentDefinition[] = [
  {
    agentId: DEFAULT_AGENT_ID,
    version: "1",
    graph: "chat",
    title: "Simple chat",
    description: "Answers questions. Calls no tools.",
    prompt:
      "You are a helpful assistant to enterprise architects and business analysts. Answer briefly, in markdown.",
    tools: [],
    maxOutputTokens: 1024,
    maxModelCalls: 1,
  },
  {
    agentId: "tools",
    version: "1",
    graph: "tool_loop",
    title: "Tools",
    description: "Answers questions and may look at the clock and at the tenant's artifacts.",
    prompt:
      "You are a helpful assistant to enterprise architects and business analysts. Use a tool when it answers better than you can. Answer briefly, in markdown.",
    tools: ["current_time", "look_up_artifact"],
    maxOutputTokens: 1024,
    maxModelCalls: 6,
  },
  {
    agentId: "tools",
    version: "2",
    graph: "tool_loop",
    title: "Tools",
    description:
      "Answers questions, may calculate, look at the clock and at the tenant's artifacts, asks what only you can decide, and creates artifacts when you approve.",
    prompt:
      "You are a helpful assistant to enterprise architects and business analysts. Use a tool when it answers better than you can. Ask the person with ask_user when the answer depends on a decision that is theirs. Answer briefly, in markdown.",
    tools: ["current_time", "look_up_artifact", "calculate", "ask_user", "create_artifact"],
    maxOutputTokens: 1024,
    maxModelCalls: 6,
  },
  ...MODELING_AGENTS,
];
