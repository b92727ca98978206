import type { GetCreditsResponseSchema } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { CREDITS, TENANT } from "./budget-key.ts";
import { creditsMessage } from "./credits-message.ts";
import type { BudgetDeps } from "./run-budget.ts";
import { readStatuses } from "./store.ts";

export async function getCredits(
  deps: BudgetDeps & { database: Database },
  actor: Actor,
): Promise<MessageInitShape<typeof GetCreditsResponseSchema>> {
  requireScope(actor, "budget.read");
  const reader = deps.database.reader(actor.tenantId);
  const at = { defaults: deps.defaultLimits, time: deps.now() };
  const statuses = await readStatuses(reader, at, { scopes: [TENANT] });
  const credits = statuses.find(({ window, unit }) => window === CREDITS.window && unit === CREDITS.unit);
  return { credits: creditsMessage(credits, deps.currency) };
}
