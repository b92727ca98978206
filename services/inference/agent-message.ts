import type { AgentSchema } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { DEFAULT_AGENT_ID, type AgentDefinition, type AgentRegistry } from "./agent-registry.ts";

export function agentMessage(
  agents: AgentRegistry,
  agent: AgentDefinition,
): MessageInitShape<typeof AgentSchema> {
  const { agentId, version, title, description, tools, maxOutputTokens } = agent;
  return {
    agentId,
    version,
    title,
    description,
    maxOutputTokens,
    tools: [...tools],
    models: agents.findModels(agent).map((model) => model.ref),
    default: agentId === DEFAULT_AGENT_ID,
  };
}
