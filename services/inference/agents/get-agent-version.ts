import type {
  GetAgentVersionRequest,
  GetAgentVersionResponseSchema,
} from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { builtInVersionMessage, registeredVersionMessage } from "./agent-settings-message.ts";
import { specOf } from "./agent-spec.ts";
import { findVersion } from "./agent-store.ts";
import type { AgentDeps } from "./change-agent.ts";
import { parseLabel } from "./version-label.ts";

export async function getAgentVersion(
  { agents, database }: Pick<AgentDeps, "agents" | "database">,
  actor: Actor,
  { agentId, version }: GetAgentVersionRequest,
): Promise<MessageInitShape<typeof GetAgentVersionResponseSchema>> {
  requireScope(actor, "agent.write");
  const reader = database.reader(actor.tenantId);
  const agent = await agents.getVersion(reader, agentId, version);
  const registered = await findVersion(reader, agentId, parseLabel(version).version);
  if (!registered) return { version: builtInVersionMessage(agent) };
  return { version: registeredVersionMessage(agentId, { ...registered, version, spec: specOf(agent) }) };
}
