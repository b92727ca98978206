import {
  ListAgentsRequestSchema,
  type ListAgentsRequest,
  type ListAgentsResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { agentMessage } from "./agent-message.ts";
import type { AgentRegistry } from "./agent-registry.ts";

export async function listAgents(
  deps: { agents: AgentRegistry; database: Database },
  actor: Actor,
  request: ListAgentsRequest,
): Promise<MessageInitShape<typeof ListAgentsResponseSchema>> {
  requireScope(actor, "agent.read");
  const page = pageOf(ListAgentsRequestSchema, request, { default: 20, max: 100, numbered: true });
  const from = page.after ? Number(page.after.sortKey) : 0;
  const reader = deps.database.reader(actor.tenantId);
  const rows = await deps.agents.list(reader, actor.userId, { from, limit: page.size + 1 });
  return {
    agents: rows.slice(0, page.size).map((agent) => agentMessage(deps.agents, agent)),
    nextPageToken: page.nextToken(rows, () => ({ sortKey: String(from + page.size), id: NO_ID })),
  };
}

/** Agents are a short list; the offset alone says where a page starts. */
const NO_ID = "00000000-0000-0000-0000-000000000000";
