import type { ListUsageRequest } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { isAdmin, type Actor } from "../platform/auth/actor.ts";
import type { LedgerFilter } from "./ledger-store.ts";

type Asked = Pick<
  ListUsageRequest,
  "runId" | "chatId" | "agentId" | "userId" | "model" | "teamId" | "after" | "before"
>;

/** What of the ledger the actor may see of what was asked for; undefined for nothing. */
export function ledgerFilter(actor: Actor, asked: Asked): LedgerFilter | undefined {
  const { runId, chatId, agentId, model, teamId, after, before } = asked;
  const filter = { runId, chatId, agentId, model, teamId, after, before };
  if (isAdmin(actor)) return { ...filter, userId: asked.userId };
  const isOwn = asked.userId === "" || asked.userId === actor.userId;
  return isOwn ? { ...filter, userId: actor.userId } : undefined;
}
