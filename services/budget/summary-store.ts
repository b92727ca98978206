import { UsageDimension } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { sql, type SQL } from "drizzle-orm";
import type { Reader } from "../platform/db/database.ts";
import { matching, type LedgerFilter, type UsageTotals } from "./ledger-store.ts";
import type { Cell } from "./store.ts";
import { usageLedger } from "./tables.ts";

/** The bookings of one group. */
export interface UsageGroup extends UsageTotals {
  /** In the order that was asked for. */
  values: string[];
  currency: string;
  calls: number;
  abortedCalls: number;
}

const utc = (format: string) =>
  sql`to_char(${usageLedger.createTime} AT TIME ZONE 'UTC', ${sql.raw(`'${format}'`)})`;

const DIMENSIONS: Readonly<Record<UsageDimension, SQL>> = {
  [UsageDimension.UNSPECIFIED]: sql`''`,
  [UsageDimension.USER]: sql`${usageLedger.userId}`,
  [UsageDimension.AGENT]: sql`${usageLedger.agentId}`,
  [UsageDimension.MODEL]: sql`${usageLedger.model}`,
  [UsageDimension.CHAT]: sql`COALESCE(${usageLedger.chatId}::text, '')`,
  [UsageDimension.TEAM]: sql`${usageLedger.teamId}`,
  [UsageDimension.DAY]: utc("YYYY-MM-DD"),
  [UsageDimension.MONTH]: utc("YYYY-MM"),
  [UsageDimension.RUN]: sql`${usageLedger.runId}::text`,
};

/** Groups after `after` (their values and currency), by their values. */
export async function groupLedgerRows(
  reader: Reader,
  filter: LedgerFilter,
  groupBy: readonly UsageDimension[],
  page: { after: readonly string[] | undefined; limit: number },
): Promise<UsageGroup[]> {
  const keys = [...groupBy.map((dimension) => DIMENSIONS[dimension]), sql`${usageLedger.currency}`];
  const named = keys.map((key, i) => sql`(${key}) COLLATE "C" AS ${sql.raw(`k${i}`)}`);
  const columns = sql.raw(keys.map((_, i) => `k${i}`).join(", "));
  const later = page.after
    ? sql`WHERE (${columns}) > (${sql.join(
        page.after.map((value) => sql`${value}::text`),
        sql`, `,
      )})`
    : sql``;
  const rows = await reader.sql.execute(sql`
    SELECT ${columns}, count(*), count(*) FILTER (WHERE aborted), sum(input_tokens), sum(cached_input_tokens),
      sum(output_tokens), sum(reasoning_tokens), sum(cost_micros)
    FROM (SELECT ${sql.join(named, sql`, `)}, aborted, input_tokens, cached_input_tokens, output_tokens,
      reasoning_tokens, cost_micros FROM ${usageLedger} WHERE ${matching(reader, filter)}) bookings
    ${later} GROUP BY ${columns} ORDER BY ${columns} LIMIT ${page.limit}`);
  return (rows as unknown as Cell[][]).map((row) => groupOf(row, groupBy.length));
}

function groupOf(row: Cell[], dimensions: number): UsageGroup {
  const sums = row.slice(dimensions + 1).map(Number);
  return {
    values: row.slice(0, dimensions).map(String),
    currency: String(row[dimensions]),
    calls: sums[0] ?? 0,
    abortedCalls: sums[1] ?? 0,
    inputTokens: sums[2] ?? 0,
    cachedInputTokens: sums[3] ?? 0,
    outputTokens: sums[4] ?? 0,
    reasoningTokens: sums[5] ?? 0,
    costMicros: sums[6] ?? 0,
  };
}
