import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { sql, type SQL } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { createDatabase, type Database } from "../platform/db/database.ts";
import { migrate } from "../platform/db/migrate.ts";
import { openPostgres } from "../platform/db/postgres-driver.ts";
import { MIGRATIONS } from "../testing/migrations.ts";
import { newPostgresDatabase } from "../testing/postgres-for-tests.ts";
import { available } from "../testing/requirements.ts";

/** Migrates with the files whose names come before a text, and works on the database as the app does. */
async function upTo<T>(url: string, end: string, work: (database: Database) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "ameide-upgrade-"));
  const driver = openPostgres(url, { poolSize: 1 });
  try {
    cpSync(MIGRATIONS, folder, { recursive: true, filter: (path) => isBefore(path, end) });
    await migrate(driver, folder);
    return await work(createDatabase(driver));
  } finally {
    await driver.close();
    rmSync(folder, { recursive: true });
  }
}

const isBefore = (path: string, end: string) => path === MIGRATIONS || basename(path) < end;

const inTenant = (database: Database, tenantId: string, statements: readonly SQL[]) =>
  database.transaction(tenantId, async (tx) => {
    for (const statement of statements) await tx.sql.execute(statement);
  });

describe.skipIf(!available("postgres"))("an upgrade on PostgreSQL", () => {
  // Seen to fail when 0006 reads `runs` with its row-level security forced: the owner is no superuser and sees no row.
  it("keeps what runs under way hold of the tenant's budgets", async () => {
    const url = await newPostgresDatabase({ migrated: false });
    const [tenantId, runId, ended] = [uuidv7(), uuidv7(), uuidv7()];
    const run = (id: string, state: number) => sql`
      INSERT INTO runs (tenant_id, run_id, user_id, agent_id, agent_version, model, state, version, created_at)
      VALUES (${tenantId}, ${id}, 'ada', 'ameide-chat', '1', 'offline/offline', ${state}, 1, now())`;
    await upTo(url, "0006", (database) =>
      inTenant(database, tenantId, [
        run(runId, 2),
        run(ended, 3),
        sql`INSERT INTO budget_periods (tenant_id, budget_window, period_start, used_micros, reserved_micros)
          VALUES (${tenantId}, 1, '2026-01-31', 5, 700), (${tenantId}, 2, '2026-01-01', 9, 700)`,
        sql`INSERT INTO budget_reservations (tenant_id, run_id, reserved_micros, day_start, month_start)
          VALUES (${tenantId}, ${runId}, 700, '2026-01-31', '2026-01-01')`,
      ]),
    );
    await upTo(url, "9999", async (database) => {
      const reader = database.reader(tenantId);
      const accounts = await reader.sql.execute(
        sql`SELECT run_id, user_id, agent_id, chat_id FROM budget_runs`,
      );
      expect(accounts).toEqual([[runId, "ada", "ameide-chat", ""]]);
      const holds = await reader.sql.execute(sql`
        SELECT run_id, scope, budget_window, unit, period_start::text, amount::int FROM budget_holds ORDER BY 3`);
      expect(JSON.parse(JSON.stringify(holds))).toEqual([
        [runId, 1, 1, 1, "2026-01-31", 700],
        [runId, 1, 2, 1, "2026-01-01", 700],
      ]);
    });
  });
});
