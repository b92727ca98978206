import { timestampDate, type Timestamp } from "@bufbuild/protobuf/wkt";
import { and, asc, desc, eq, gte, lt, sql, sum, type SQL } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import { rowsByKey } from "../platform/db/rows-by-key.ts";
import type { PageCursor } from "../platform/tokens/page-token.ts";
import { usageLedger } from "./tables.ts";

export type LedgerRow = Omit<typeof usageLedger.$inferSelect, "tenantId" | "chatId"> & { chatId: string };

export async function insertLedgerRow(tx: Tx, { chatId, ...row }: LedgerRow): Promise<void> {
  await tx.sql.insert(usageLedger).values({ tenantId: tx.tenantId, ...row, chatId: chatId || null });
}

const byCall = rowsByKey(usageLedger, [usageLedger.tenantId, usageLedger.runId, usageLedger.callId]);

export async function isBooked(
  reader: Reader,
  { runId, callId }: { runId: string; callId: string },
): Promise<boolean> {
  return (await byCall(reader, reader.tenantId, runId, callId)).length > 0;
}

/** Empty or left out: any. */
export interface LedgerFilter {
  runId?: string;
  chatId?: string;
  agentId?: string;
  userId?: string;
  model?: string;
  teamId?: string;
  after?: Timestamp | undefined;
  before?: Timestamp | undefined;
}

/** Bookings, newest first or oldest first. */
export async function listLedgerRows(
  reader: Reader,
  filter: LedgerFilter,
  page: { after: PageCursor | undefined; limit: number; oldestFirst?: boolean },
): Promise<LedgerRow[]> {
  const place = page.after
    ? sql`(${usageLedger.createTime}, ${usageLedger.usageEntryId}) ${sql.raw(page.oldestFirst ? ">" : "<")}
        (${page.after.sortKey}::timestamptz, ${page.after.id}::uuid)`
    : undefined;
  const direction = page.oldestFirst ? asc : desc;
  const rows = await reader.sql
    .select()
    .from(usageLedger)
    .where(and(matching(reader, filter), place))
    .orderBy(direction(usageLedger.createTime), direction(usageLedger.usageEntryId))
    .limit(page.limit);
  return rows.map((row) => ({ ...row, chatId: row.chatId ?? "" }));
}

export const cursorOf = ({ createTime, usageEntryId }: LedgerRow): PageCursor => ({
  sortKey: createTime.toISOString(),
  id: usageEntryId,
});

export interface UsageTotals {
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  reasoningTokens: number;
  costMicros: number;
}

export async function sumLedgerRows(reader: Reader, filter: LedgerFilter): Promise<UsageTotals> {
  const [row] = await reader.sql
    .select({
      inputTokens: sum(usageLedger.inputTokens),
      cachedInputTokens: sum(usageLedger.cachedInputTokens),
      outputTokens: sum(usageLedger.outputTokens),
      reasoningTokens: sum(usageLedger.reasoningTokens),
      costMicros: sum(usageLedger.costMicros),
    })
    .from(usageLedger)
    .where(matching(reader, filter));
  return {
    inputTokens: Number(row?.inputTokens ?? 0),
    cachedInputTokens: Number(row?.cachedInputTokens ?? 0),
    outputTokens: Number(row?.outputTokens ?? 0),
    reasoningTokens: Number(row?.reasoningTokens ?? 0),
    costMicros: Number(row?.costMicros ?? 0),
  };
}

const is = (column: Parameters<typeof eq>[0], wanted: string | undefined) =>
  wanted ? eq(column, wanted) : undefined;

export function matching(reader: Reader, filter: LedgerFilter): SQL | undefined {
  const { after, before } = filter;
  return and(
    eq(usageLedger.tenantId, reader.tenantId),
    is(usageLedger.runId, filter.runId),
    is(usageLedger.chatId, filter.chatId),
    is(usageLedger.agentId, filter.agentId),
    is(usageLedger.userId, filter.userId),
    is(usageLedger.model, filter.model),
    is(usageLedger.teamId, filter.teamId),
    after && gte(usageLedger.createTime, timestampDate(after)),
    before && lt(usageLedger.createTime, timestampDate(before)),
  );
}
