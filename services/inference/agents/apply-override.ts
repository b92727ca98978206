import type { AgentOverride } from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import type { AgentDefinition } from "./agent-definition.ts";
import { labelOf } from "./version-label.ts";

/** Whether it changes what an agent is, not only which version runs get. */
export const changesAgent = (override: AgentOverride): boolean =>
  override.promptAddendum !== "" ||
  override.onlyTools !== undefined ||
  override.maxOutputTokens > 0 ||
  override.maxModelCalls > 0;

/** The agent as the tenant has it; limits only become lower, tools only fewer. */
export function applyOverride(
  agent: AgentDefinition,
  override: AgentOverride,
  number: number,
): AgentDefinition {
  const { promptAddendum, onlyTools, maxOutputTokens, maxModelCalls } = override;
  return {
    ...agent,
    version: labelOf({ version: agent.version, override: number }),
    prompt: promptAddendum === "" ? agent.prompt : `${agent.prompt}\n\n${promptAddendum}`,
    tools: onlyTools ? agent.tools.filter((tool) => onlyTools.tools.includes(tool)) : agent.tools,
    maxOutputTokens: lower(agent.maxOutputTokens, maxOutputTokens),
    maxModelCalls: lower(agent.maxModelCalls, maxModelCalls),
  };
}

const lower = (own: number, wanted: number): number => (wanted === 0 ? own : Math.min(own, wanted));
