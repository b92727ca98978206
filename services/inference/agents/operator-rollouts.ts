import type { AgentRolloutConfig } from "../../platform/config/agent-rollout-config.ts";
import type { AgentDefinition } from "./agent-definition.ts";
import type { Share } from "./pick-version.ts";

/** Which versions of a built-in agent the runs of a tenant get. Without a setting: the newest. */
export function operatorShares(
  builtIns: readonly AgentDefinition[],
  rollouts: readonly AgentRolloutConfig[],
  { tenantId, agentId }: { tenantId: string; agentId: string },
): readonly Share[] {
  const rollout = rollouts.find(
    ({ agent_id, tenants }) => agent_id === agentId && (tenants === undefined || tenants.includes(tenantId)),
  );
  if (rollout) return rollout.shares;
  const newest = builtIns.findLast((agent) => agent.agentId === agentId);
  return newest ? [{ version: newest.version, percent: 100 }] : [];
}

/** A rollout of what does not exist stops the start. */
export function requireBuiltIns(
  builtIns: readonly AgentDefinition[],
  rollouts: readonly AgentRolloutConfig[],
): void {
  for (const { agent_id: agentId, shares } of rollouts) {
    for (const { version } of shares) {
      if (builtIns.some((agent) => agent.agentId === agentId && agent.version === version)) continue;
      throw new Error(`AGENT_ROLLOUTS: there is no built-in agent ${agentId} of version ${version}`);
    }
  }
}
