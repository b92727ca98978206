import {
  AgentGraph,
  AgentSpecSchema,
  ModelRouting,
  type AgentSpec,
} from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import { create } from "@bufbuild/protobuf";
import type { Capability } from "../../platform/config/provider-config.ts";
import type { AgentDefinition } from "./agent-definition.ts";

const OUTPUT_TOKENS = 1024;
const CALLS = { [AgentGraph.CHAT]: 1, [AgentGraph.TOOL_LOOP]: 6, [AgentGraph.UNSPECIFIED]: 1 };

/** The same with every default, as the contract names them, so that a later default changes no version. */
export function withDefaults(spec: AgentSpec): AgentSpec {
  return create(AgentSpecSchema, {
    ...spec,
    routing: spec.routing || ModelRouting.ORDER,
    maxOutputTokens: spec.maxOutputTokens || OUTPUT_TOKENS,
    maxModelCalls: spec.maxModelCalls || CALLS[spec.graph],
  });
}

export function definitionOf(agentId: string, version: string, spec: AgentSpec): AgentDefinition {
  const { title, description, prompt, tools, models, maxOutputTokens, maxModelCalls } = spec;
  return {
    agentId,
    version,
    graph: spec.graph === AgentGraph.CHAT ? "chat" : "tool_loop",
    title,
    description,
    prompt,
    tools,
    ...(models.length > 0 && { models }),
    maxOutputTokens,
    maxModelCalls,
    // The contract lets no other words through.
    needs: spec.needs as Capability[],
    routing: spec.routing === ModelRouting.CHEAPEST ? "cheapest" : "order",
    masksPii: spec.maskPii,
  };
}

export function specOf(agent: AgentDefinition): AgentSpec {
  const { title, description, prompt, maxOutputTokens, maxModelCalls } = agent;
  return create(AgentSpecSchema, {
    graph: agent.graph === "chat" ? AgentGraph.CHAT : AgentGraph.TOOL_LOOP,
    title,
    description,
    prompt,
    tools: [...agent.tools],
    models: [...(agent.models ?? [])],
    needs: [...(agent.needs ?? [])],
    routing: agent.routing === "cheapest" ? ModelRouting.CHEAPEST : ModelRouting.ORDER,
    maxOutputTokens,
    maxModelCalls,
    maskPii: agent.masksPii ?? false,
  });
}
