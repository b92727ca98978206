import {
  SummarizeUsageRequestSchema,
  type SummarizeUsageRequest,
  type SummarizeUsageResponseSchema,
} from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { cursorAt, keyAt } from "./key-cursor.ts";
import { ledgerFilter } from "./ledger-filter.ts";
import { groupLedgerRows, type UsageGroup } from "./summary-store.ts";

export async function summarizeUsage(
  deps: { database: Database },
  actor: Actor,
  request: SummarizeUsageRequest,
): Promise<MessageInitShape<typeof SummarizeUsageResponseSchema>> {
  requireScope(actor, "budget.read");
  const { groupBy } = request;
  const page = pageOf(SummarizeUsageRequestSchema, request, { default: 50, max: 200, texts: true });
  const after = page.after && keyAt(page.after, groupBy.length + 1);
  const filter = ledgerFilter(actor, request);
  if (!filter) return {};
  const reader = deps.database.reader(actor.tenantId);
  const groups = await groupLedgerRows(reader, filter, groupBy, { after, limit: page.size + 1 });
  return {
    summaries: groups.slice(0, page.size).map(summaryOf),
    nextPageToken: page.nextToken(groups, ({ values, currency }) => cursorAt([...values, currency])),
  };
}

function summaryOf({ values, currency, ...figures }: UsageGroup) {
  return {
    values,
    currency,
    calls: BigInt(figures.calls),
    abortedCalls: BigInt(figures.abortedCalls),
    inputTokens: BigInt(figures.inputTokens),
    cachedInputTokens: BigInt(figures.cachedInputTokens),
    outputTokens: BigInt(figures.outputTokens),
    reasoningTokens: BigInt(figures.reasoningTokens),
    costMicros: BigInt(figures.costMicros),
  };
}
