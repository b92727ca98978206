import { BudgetSoftLimitReachedSchema } from "@ameide/proto-private/ameide/events/v1/budget_events_pb.js";
import { create } from "@bufbuild/protobuf";
import type { Tx } from "../platform/db/database.ts";
import type { Cause, EventStore } from "../platform/event-store/event-store.ts";
import { budgetStream } from "./budget-key.ts";
import type { Settled } from "./settle-store.ts";

/**
 * Writes that soft limits were reached. Each period of a budget has a stream of its own with this one event: that the
 * period's row says so already makes it happen once, the stream's first version makes a second one impossible.
 */
export async function tellSoftLimits(
  tx: Tx,
  events: EventStore,
  settled: readonly Settled[],
  cause: Cause,
): Promise<void> {
  const reached = settled.filter(({ reachedSoftLimit }) => reachedSoftLimit);
  if (reached.length === 0) return;
  const appends = reached.map((budget) => ({
    streamId: `${budgetStream(budget)}-${budget.period}`,
    expectedVersion: 0,
    events: [softLimitReached(budget)],
  }));
  await events.append(tx, appends, cause);
}

function softLimitReached({ scope, scopeId, window, unit, period, ...figures }: Settled) {
  return create(BudgetSoftLimitReachedSchema, {
    scope,
    scopeId,
    window,
    unit,
    periodStart: period,
    limit: BigInt(figures.limit ?? 0),
    used: BigInt(figures.used),
    softLimitPercent: figures.softLimitPercent,
  });
}
