import type {
  GetAgentRequest,
  GetAgentResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { agentMessage } from "./agent-message.ts";
import type { AgentRegistry } from "./agent-registry.ts";

export async function getAgent(
  deps: { agents: AgentRegistry },
  actor: Actor,
  request: GetAgentRequest,
): Promise<MessageInitShape<typeof GetAgentResponseSchema>> {
  requireScope(actor, "agent.read");
  return { agent: agentMessage(deps.agents, deps.agents.get(request.agentId)) };
}
