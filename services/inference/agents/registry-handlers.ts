import type { AgentRegistryService } from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../../platform/auth/request-actor.ts";
import type { AgentDeps } from "./change-agent.ts";
import { getAgentSettings } from "./get-agent-settings.ts";
import { getAgentVersion } from "./get-agent-version.ts";
import { listAgentVersions } from "./list-agent-versions.ts";
import { registerAgentVersion } from "./register-agent-version.ts";
import { setAgentOverride } from "./set-agent-override.ts";
import { setAgentRollout } from "./set-agent-rollout.ts";

export function createAgentRegistryHandlers(deps: AgentDeps) {
  return {
    registerAgentVersion: (request, context) => registerAgentVersion(deps, actorOf(context), request),
    setAgentRollout: (request, context) => setAgentRollout(deps, actorOf(context), request),
    setAgentOverride: (request, context) => setAgentOverride(deps, actorOf(context), request),
    getAgentSettings: (request, context) => getAgentSettings(deps, actorOf(context), request),
    listAgentVersions: (request, context) => listAgentVersions(deps, actorOf(context), request),
    getAgentVersion: (request, context) => getAgentVersion(deps, actorOf(context), request),
  } satisfies ServiceImpl<typeof AgentRegistryService>;
}
