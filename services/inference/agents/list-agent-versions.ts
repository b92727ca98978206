import {
  ListAgentVersionsRequestSchema,
  type ListAgentVersionsRequest,
  type ListAgentVersionsResponseSchema,
} from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { NIL } from "uuid";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import type { Reader } from "../../platform/db/database.ts";
import { pageOf } from "../../platform/tokens/page-token.ts";
import type { AgentRegistry } from "../agent-registry.ts";
import { builtInVersionMessage, registeredVersionMessage } from "./agent-settings-message.ts";
import { listVersions } from "./agent-store.ts";
import { isBuiltIn, loadAgent, type AgentDeps } from "./change-agent.ts";

export async function listAgentVersions(
  { agents, database }: Pick<AgentDeps, "agents" | "database">,
  actor: Actor,
  request: ListAgentVersionsRequest,
): Promise<MessageInitShape<typeof ListAgentVersionsResponseSchema>> {
  requireScope(actor, "agent.write");
  const { agentId } = request;
  const page = pageOf(ListAgentVersionsRequestSchema, request, { default: 20, max: 100, numbered: true });
  const reader = database.reader(actor.tenantId);
  await loadAgent(reader, agents, agentId);
  const after = Number(page.after?.sortKey ?? 0);
  const rows = await numberedVersions(reader, agents, agentId, { after, limit: page.size + 1 });
  return {
    versions: rows.slice(0, page.size).map(({ message }) => message),
    nextPageToken: page.nextToken(rows, ({ number }) => ({ sortKey: String(number), id: NIL })),
  };
}

async function numberedVersions(
  reader: Reader,
  agents: AgentRegistry,
  agentId: string,
  { after, limit }: { after: number; limit: number },
) {
  if (isBuiltIn(agents, agentId)) {
    const versions = agents.builtIns.filter((agent) => agent.agentId === agentId);
    return versions
      .map((agent, i) => ({ number: i + 1, message: builtInVersionMessage(agent) }))
      .slice(after, after + limit);
  }
  const rows = await listVersions(reader, agentId, { after, limit });
  return rows.map((row) => ({ number: row.number, message: registeredVersionMessage(agentId, row) }));
}
