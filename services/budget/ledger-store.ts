import type { ListUsageRequest } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { timestampDate } from "@bufbuild/protobuf/wkt";
import { and, desc, eq, gte, lt, sql, sum, type SQL } from "drizzle-orm";
import type { Reader, Tx } from "../platform/db/database.ts";
import type { PageCursor } from "../platform/tokens/page-token.ts";
import { usageLedger } from "./tables.ts";

export type LedgerRow = Omit<typeof usageLedger.$inferSelect, "tenantId" | "chatId"> & { chatId: string };

export async function insertLedgerRow(tx: Tx, { chatId, ...row }: LedgerRow): Promise<void> {
  await tx.sql.insert(usageLedger).values({ tenantId: tx.tenantId, ...row, chatId: chatId || null });
}

export async function isBooked(
  reader: Reader,
  { runId, callId }: { runId: string; callId: string },
): Promise<boolean> {
  const rows = await reader.sql
    .select({ callId: usageLedger.callId })
    .from(usageLedger)
    .where(
      and(
        eq(usageLedger.tenantId, reader.tenantId),
        eq(usageLedger.runId, runId),
        eq(usageLedger.callId, callId),
      ),
    );
  return rows.length > 0;
}

interface LedgerFilter extends Pick<ListUsageRequest, "runId"> {
  /** Only this user's; undefined for everybody's. */
  userId?: string | undefined;
  after?: ListUsageRequest["after"];
  before?: ListUsageRequest["before"];
}

/** Bookings, newest first. */
export async function listLedgerRows(
  reader: Reader,
  filter: LedgerFilter,
  page: { after: PageCursor | undefined; limit: number },
): Promise<LedgerRow[]> {
  const older = page.after
    ? sql`(${usageLedger.createTime}, ${usageLedger.usageEntryId}) < (${page.after.sortKey}::timestamptz, ${page.after.id}::uuid)`
    : undefined;
  const rows = await reader.sql
    .select()
    .from(usageLedger)
    .where(and(matching(reader, filter), older))
    .orderBy(desc(usageLedger.createTime), desc(usageLedger.usageEntryId))
    .limit(page.limit);
  return rows.map((row) => ({ ...row, chatId: row.chatId ?? "" }));
}

export interface UsageTotals {
  inputTokens: number;
  outputTokens: number;
  costMicros: number;
}

export async function sumLedgerRows(reader: Reader, filter: LedgerFilter): Promise<UsageTotals> {
  const [row] = await reader.sql
    .select({
      inputTokens: sum(usageLedger.inputTokens),
      outputTokens: sum(usageLedger.outputTokens),
      costMicros: sum(usageLedger.costMicros),
    })
    .from(usageLedger)
    .where(matching(reader, filter));
  return {
    inputTokens: Number(row?.inputTokens ?? 0),
    outputTokens: Number(row?.outputTokens ?? 0),
    costMicros: Number(row?.costMicros ?? 0),
  };
}

function matching(reader: Reader, { runId, userId, after, before }: LedgerFilter): SQL | undefined {
  return and(
    eq(usageLedger.tenantId, reader.tenantId),
    runId === "" ? undefined : eq(usageLedger.runId, runId),
    userId === undefined ? undefined : eq(usageLedger.userId, userId),
    after && gte(usageLedger.createTime, timestampDate(after)),
    before && lt(usageLedger.createTime, timestampDate(before)),
  );
}
