import type { ExportUsageRequest } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { ledgerFilter } from "./ledger-filter.ts";
import { cursorOf, listLedgerRows } from "./ledger-store.ts";
import { CSV_HEADER, csvLine } from "./usage-csv.ts";

/** How many bookings are in memory at a time. */
const PAGE = 1000;

/** Reads as fast as the caller does. */
export async function* exportUsage(
  deps: { database: Database },
  actor: Actor,
  request: ExportUsageRequest,
): AsyncGenerator<{ csv: Uint8Array }> {
  requireScope(actor, "budget.read");
  yield { csv: Buffer.from(CSV_HEADER) };
  const filter = ledgerFilter(actor, request);
  if (!filter) return;
  const reader = deps.database.reader(actor.tenantId);
  let after: ReturnType<typeof cursorOf> | undefined;
  for (;;) {
    const rows = await listLedgerRows(reader, filter, { after, limit: PAGE, oldestFirst: true });
    const last = rows.at(-1);
    if (!last) return;
    yield { csv: Buffer.from(rows.map(csvLine).join("")) };
    if (rows.length < PAGE) return;
    after = cursorOf(last);
  }
}
