import type { Capability } from "../../platform/config/provider-config.ts";

/** What an agent is, without the graph that executes it. Never changes: what is different is another version. */
export interface AgentDefinition {
  agentId: string;
  /** With the number of the tenant's override, such as "2+3", if that changes something. */
  version: string;
  /** The shape of its graph: one model call, or the model and its tools in turns. */
  graph: "chat" | "tool_loop";
  title: string;
  description: string;
  /** The system prompt. */
  prompt: string;
  /** The only tools it may call. */
  tools: readonly string[];
  /** The only models it uses, best first. Default: those of the configuration, in its order. */
  models?: readonly string[];
  /** Most tokens per model call. */
  maxOutputTokens: number;
  /** Most model calls per run; a graph that wants more fails. */
  maxModelCalls: number;
  /** What its models must be able to do; one that may call tools needs "tools" in any case. */
  needs?: readonly Capability[];
  /** Which of the models that can serve comes first. Default: the order of its list. */
  routing?: "order" | "cheapest";
  /** Keeps personal data from every provider, whatever the provider's own setting. */
  masksPii?: boolean;
}

/** What an agent's models must be able to do. */
export const needsOf = ({
  needs = [],
  tools,
}: Pick<AgentDefinition, "needs" | "tools">): readonly Capability[] =>
  tools.length > 0 && !needs.includes("tools") ? [...needs, "tools"] : needs;
