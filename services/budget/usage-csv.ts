import type { LedgerRow } from "./ledger-store.ts";

const COLUMNS: readonly [string, (row: LedgerRow) => string | number | boolean][] = [
  ["usage_entry_id", (row) => row.usageEntryId],
  ["create_time", (row) => row.createTime.toISOString()],
  ["run_id", (row) => row.runId],
  ["attempt", (row) => row.attempt],
  ["call_id", (row) => row.callId],
  ["chat_id", (row) => row.chatId],
  ["agent_id", (row) => row.agentId],
  ["user_id", (row) => row.userId],
  ["team_id", (row) => row.teamId],
  ["model", (row) => row.model],
  ["input_tokens", (row) => row.inputTokens],
  ["cached_input_tokens", (row) => row.cachedInputTokens],
  ["output_tokens", (row) => row.outputTokens],
  ["reasoning_tokens", (row) => row.reasoningTokens],
  ["cost_micros", (row) => row.costMicros],
  ["uncovered_micros", (row) => row.uncoveredMicros],
  ["currency", (row) => row.currency],
  ["price_version", (row) => row.priceVersion],
  ["aborted", (row) => row.aborted],
];

export const CSV_HEADER = line(COLUMNS.map(([name]) => name));

export const csvLine = (row: LedgerRow): string => line(COLUMNS.map(([, valueOf]) => cell(valueOf(row))));

/** Spreadsheets run what begins so as a formula, whatever the quotes. */
const FORMULA = /^[=+\-@\t\r]/;
const NEEDS_QUOTES = /[",\r\n]/;

/** Numbers are ours; a text may be anybody's. */
export function cell(value: string | number | boolean): string {
  if (typeof value !== "string") return String(value);
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

function line(cells: readonly string[]): string {
  return `${cells.join(",")}\r\n`;
}
