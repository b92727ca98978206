import {
  AgentRegistryService,
  type SetAgentRolloutRequest,
  type SetAgentRolloutResponse,
} from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { requireEtag } from "../../platform/command/etag.ts";
import { runCommand } from "../../platform/command/run-command.ts";
import { agentSettingsMessage } from "./agent-settings-message.ts";
import { decideRollout } from "./agent-state.ts";
import { changeAgent, isBuiltIn, loadAgent, versionsThere, type AgentDeps } from "./change-agent.ts";
import { checkShares, refuseProblems } from "./check-agent.ts";

export async function setAgentRollout(
  deps: AgentDeps,
  actor: Actor,
  request: SetAgentRolloutRequest,
): Promise<SetAgentRolloutResponse> {
  requireScope(actor, "agent.write");
  const { agentId, shares, etag, requestId } = request;
  return runCommand(deps, actor, AgentRegistryService.method.setAgentRollout, request, async (tx) => {
    const agent = await loadAgent(tx, deps.agents, agentId);
    requireEtag(etag, agent.version);
    const named = shares.map(({ version }) => version);
    const there = await versionsThere(tx, deps.agents, agentId, named);
    refuseProblems(agentId, checkShares(shares, there, isBuiltIn(deps.agents, agentId)));
    const changed = await changeAgent(tx, deps, actor, {
      agent,
      requestId,
      decided: decideRollout(agent, shares),
    });
    return { settings: agentSettingsMessage(deps.agents, actor.tenantId, changed) };
  });
}
