import type {
  GetAgentRequest,
  GetAgentResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { agentMessage } from "./agent-message.ts";
import type { AgentRegistry } from "./agent-registry.ts";

export async function getAgent(
  deps: { agents: AgentRegistry; database: Database },
  actor: Actor,
  request: GetAgentRequest,
): Promise<MessageInitShape<typeof GetAgentResponseSchema>> {
  requireScope(actor, "agent.read");
  const reader = deps.database.reader(actor.tenantId);
  const agent = await deps.agents.get(reader, request.agentId, actor.userId);
  return { agent: agentMessage(deps.agents, agent) };
}
