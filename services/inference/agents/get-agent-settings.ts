import type {
  GetAgentSettingsRequest,
  GetAgentSettingsResponseSchema,
} from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { agentSettingsMessage } from "./agent-settings-message.ts";
import { loadAgent, type AgentDeps } from "./change-agent.ts";

export async function getAgentSettings(
  { agents, database }: Pick<AgentDeps, "agents" | "database">,
  actor: Actor,
  { agentId }: GetAgentSettingsRequest,
): Promise<MessageInitShape<typeof GetAgentSettingsResponseSchema>> {
  requireScope(actor, "agent.write");
  const agent = await loadAgent(database.reader(actor.tenantId), agents, agentId);
  return { settings: agentSettingsMessage(agents, actor.tenantId, agent) };
}
