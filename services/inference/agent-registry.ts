import { AppError } from "../platform/errors/app-error.ts";
import type { Capability } from "../platform/config/provider-config.ts";
import type { ModelCatalog, ModelInfo } from "./model-catalog.ts";
import { routeModels } from "./route-models.ts";

/** What an agent is, without the graph that executes it. */
export interface AgentDefinition {
  agentId: string;
  version: string;
  title: string;
  description: string;
  /** The system prompt. */
  prompt: string;
  /** The only tools it may call. */
  tools: readonly string[];
  /** Most tokens per model call. */
  maxOutputTokens: number;
  /** Most model calls per run; a graph that wants more fails. */
  maxModelCalls: number;
  /** What its models must be able to do; one that may call tools needs "tools" in any case. */
  needs?: readonly Capability[];
  /** Which of the models that can serve comes first. Default: the order of the configuration. */
  routing?: "order" | "cheapest";
  /** Keeps personal data from every provider, whatever the provider's own setting. */
  masksPii?: boolean;
}

/** What an agent's models must be able to do. */
export const needsOf = ({ needs = [], tools }: AgentDefinition): readonly Capability[] =>
  tools.length > 0 && !needs.includes("tools") ? [...needs, "tools"] : needs;

export const DEFAULT_AGENT_ID = "simple-chat";

const AGENTS: readonly AgentDefinition[] = [
  {
    agentId: DEFAULT_AGENT_ID,
    version: "1",
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
    title: "Tools",
    description: "Answers questions and may look at the clock and at the tenant's artifacts.",
    prompt:
      "You are a helpful assistant to enterprise architects and business analysts. Use a tool when it answers better than you can. Answer briefly, in markdown.",
    tools: ["current_time", "look_up_artifact"],
    maxOutputTokens: 1024,
    maxModelCalls: 6,
  },
];

export interface AgentRegistry {
  list(): readonly AgentDefinition[];
  /** The newest version. Throws AGENT_NOT_FOUND. */
  get(agentId: string): AgentDefinition;
  /** The version that a run started with. Throws AGENT_NOT_FOUND. */
  getVersion(agentId: string, version: string): AgentDefinition;
  /** The models it uses, best first: those that can do what it needs. */
  modelsOf(agent: AgentDefinition): readonly [ModelInfo, ...ModelInfo[]];
}

export function createAgentRegistry(catalog: ModelCatalog): AgentRegistry {
  function find(agentId: string, version?: string): AgentDefinition {
    const agent = AGENTS.find(
      (a) => a.agentId === agentId && (version === undefined || a.version === version),
    );
    if (agent) return agent;
    const known = AGENTS.map((a) => a.agentId).join(", ");
    throw new AppError("AGENT_NOT_FOUND", `no agent ${agentId}; there are ${known}`, {
      metadata: { agent_id: agentId },
    });
  }
  return {
    list: () => AGENTS,
    get: (agentId) => find(agentId),
    getVersion: (agentId, version) => find(agentId, version),
    modelsOf: (agent) =>
      routeModels(catalog.preferred(), { capabilities: needsOf(agent), routing: agent.routing ?? "order" }),
  };
}
