import { AgentOverrideSchema } from "@ameide/proto/ameide/inference/v1/agent_registry_pb.js";
import {
  AgentRegistryService,
  type SetAgentOverrideRequest,
  type SetAgentOverrideResponse,
} from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import { create, equals } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { requireEtag } from "../../platform/command/etag.ts";
import { runCommand } from "../../platform/command/run-command.ts";
import { agentSettingsMessage } from "./agent-settings-message.ts";
import { decideOverride } from "./agent-state.ts";
import { changeAgent, loadAgent, versionsThere, type AgentDeps } from "./change-agent.ts";
import { checkOverride, refuseProblems } from "./check-agent.ts";

export async function setAgentOverride(
  deps: AgentDeps,
  actor: Actor,
  request: SetAgentOverrideRequest,
): Promise<SetAgentOverrideResponse> {
  requireScope(actor, "agent.write");
  const { agentId, etag, requestId } = request;
  const nothing = create(AgentOverrideSchema);
  const { override = nothing } = request;
  return runCommand(deps, actor, AgentRegistryService.method.setAgentOverride, request, async (tx) => {
    const agent = await loadAgent(tx, deps.agents, agentId);
    requireEtag(etag, agent.version);
    const there = await versionsThere(tx, deps.agents, agentId, [override.pinnedVersion]);
    refuseProblems(agentId, checkOverride(deps.agents.parts, { agentId, override }, there));
    const wanted = equals(AgentOverrideSchema, override, nothing) ? undefined : override;
    const changed = await changeAgent(tx, deps, actor, {
      agent,
      requestId,
      decided: decideOverride(agent, wanted),
    });
    return { settings: agentSettingsMessage(deps.agents, actor.tenantId, changed) };
  });
}
