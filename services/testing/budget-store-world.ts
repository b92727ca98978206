import type { BudgetScope, BudgetUnit } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import {
  SetBudgetRequestSchema,
  TopUpCreditsRequestSchema,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { createRunBudget, type BudgetCommandDeps, type RunBudget } from "../budget/index.ts";
import { createPriceTable } from "../budget/price-table.ts";
import { setBudget } from "../budget/set-budget.ts";
import { topUpCredits } from "../budget/top-up-credits.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { createInProcessBus } from "../platform/bus/in-process-bus.ts";
import type { Database } from "../platform/db/database.ts";
import { createEventStore } from "../platform/event-store/event-store.ts";
import { EVENT_REGISTRY } from "../slices.ts";
import { actorOf } from "./test-slices.ts";

export const MODEL = "fake/model";

/** Budgets without runs: what runs do with them, a test does itself. */
export interface BudgetStoreWorld {
  deps: BudgetCommandDeps;
  budget: RunBudget;
  /** What the clock is ahead of the real one, in milliseconds. */
  clock: { ahead: number };
  tenant(): BudgetStoreTenant;
}

export interface BudgetStoreTenant {
  admin: Actor;
  set(request: MessageInitShape<typeof SetBudgetRequestSchema>): Promise<unknown>;
  topUp(amountMicros: number, requestId?: string): Promise<unknown>;
  /** All periods of budgets. */
  periods(): Promise<PeriodRow[]>;
  ledger(): Promise<{ calls: number; micros: number; tokens: number; uncovered: number }>;
  /** Rows of holds, and of runs that have not ended. */
  open(): Promise<{ holds: number; runs: number }>;
  /** How often soft limits were told, by stream. */
  softLimits(): Promise<Map<string, number>>;
}

export interface PeriodRow {
  scope: BudgetScope;
  scopeId: string;
  window: number;
  unit: BudgetUnit;
  period: string;
  used: number;
  reserved: number;
}

export function openBudgetStore(database: Database): BudgetStoreWorld {
  const clock = { ahead: 0 };
  const now = () => new Date(Date.now() + clock.ahead);
  const events = createEventStore({ bus: createInProcessBus(), registry: EVENT_REGISTRY, now });
  const deps: BudgetCommandDeps = {
    database,
    events,
    now,
    currency: "USD",
    prices: createPriceTable([{ model: MODEL, input: 1_000_000, output: 2_000_000 }]),
    defaultLimits: { day: 1e9, month: 1e10 },
  };
  return { deps, clock, budget: createRunBudget(deps), tenant: () => tenantOf(deps) };
}

function tenantOf(deps: BudgetCommandDeps): BudgetStoreTenant {
  const admin = actorOf({ roles: ["admin"] });
  const rows = async (statement: ReturnType<typeof sql>) =>
    (await deps.database.reader(admin.tenantId).sql.execute(statement)) as unknown as unknown[][];
  return {
    admin,
    set: (request) => setBudget(deps, admin, create(SetBudgetRequestSchema, request)),
    topUp: (amountMicros, requestId = uuidv7()) =>
      topUpCredits(
        deps,
        admin,
        create(TopUpCreditsRequestSchema, { amountMicros: BigInt(amountMicros), requestId }),
      ),
    async periods() {
      const all = await rows(sql`
        SELECT scope, scope_id, budget_window, unit, period_start::text, used, reserved FROM budget_periods
        ORDER BY 1, 2, 3, 4, 5`);
      return all.map(([scope, scopeId, window, unit, period, used, reserved]) => ({
        scope: Number(scope),
        scopeId: String(scopeId),
        window: Number(window),
        unit: Number(unit),
        period: String(period),
        used: Number(used),
        reserved: Number(reserved),
      }));
    },
    async ledger() {
      const [sums = []] = await rows(sql`
        SELECT count(*), sum(cost_micros), sum(input_tokens + output_tokens), sum(uncovered_micros)
        FROM usage_ledger`);
      const [calls = 0, micros = 0, tokens = 0, uncovered = 0] = sums.map(Number);
      return { calls, micros, tokens, uncovered };
    },
    async open() {
      const [[holds, runs] = []] = await rows(
        sql`SELECT (SELECT count(*) FROM budget_holds), (SELECT count(*) FROM budget_runs)`,
      );
      return { holds: Number(holds), runs: Number(runs) };
    },
    async softLimits() {
      const all = await rows(sql`
        SELECT stream_id, count(*) FROM events WHERE type = 'ameide.events.v1.BudgetSoftLimitReached' GROUP BY 1`);
      return new Map(all.map(([stream, count]) => [String(stream), Number(count)]));
    },
  };
}
