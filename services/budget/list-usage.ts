import type { UsageEntrySchema } from "@ameide/proto/ameide/budget/v1/budget_pb.js";
import {
  ListUsageRequestSchema,
  type ListUsageRequest,
  type ListUsageResponseSchema,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { ledgerFilter } from "./ledger-filter.ts";
import { cursorOf, listLedgerRows, sumLedgerRows, type LedgerRow } from "./ledger-store.ts";

export async function listUsage(
  deps: { database: Database },
  actor: Actor,
  request: ListUsageRequest,
): Promise<MessageInitShape<typeof ListUsageResponseSchema>> {
  requireScope(actor, "budget.read");
  const page = pageOf(ListUsageRequestSchema, request, { default: 50, max: 200 });
  const reader = deps.database.reader(actor.tenantId);
  const filter = ledgerFilter(actor, request);
  if (!filter) return {};
  const [rows, totals] = await Promise.all([
    listLedgerRows(reader, filter, { after: page.after, limit: page.size + 1 }),
    sumLedgerRows(reader, filter),
  ]);
  return {
    entries: rows.slice(0, page.size).map(usageEntry),
    nextPageToken: page.nextToken(rows, cursorOf),
    totalCostMicros: BigInt(totals.costMicros),
  };
}

function usageEntry(row: LedgerRow): MessageInitShape<typeof UsageEntrySchema> {
  return {
    ...row,
    inputTokens: BigInt(row.inputTokens),
    cachedInputTokens: BigInt(row.cachedInputTokens),
    outputTokens: BigInt(row.outputTokens),
    reasoningTokens: BigInt(row.reasoningTokens),
    costMicros: BigInt(row.costMicros),
    uncoveredMicros: BigInt(row.uncoveredMicros),
    createTime: timestampFromDate(row.createTime),
  };
}
