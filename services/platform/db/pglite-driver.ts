import { mkdirSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { PGlite } from "@electric-sql/pglite";
import { inTransaction, type RunStatements } from "./in-transaction.ts";
import { PgliteSession } from "./pglite-session.ts";
import { joinBatches } from "./joined-batches.ts";
import type { SqlDriver } from "./sql-driver.ts";
import { createTurns } from "./turns.ts";

/** A PostgreSQL in this process; without a folder it keeps nothing. One session, so transactions take turns. */
export async function openPglite(dataDir: string | undefined): Promise<SqlDriver> {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const pglite = await PGlite.create(dataDir ?? "memory://");
  const turns = createTurns();
  const session = new PgliteSession(pglite);
  const run: RunStatements = (statements) => session.run(statements);

  async function script(sql: string): Promise<void> {
    try {
      await pglite.exec(sql);
    } catch (error) {
      await pglite.exec("ROLLBACK");
      throw error;
    }
  }

  return {
    batch: joinBatches(
      async (statements) => (await session.runEach(statements)).map(({ rows }) => rows),
      turns,
    ),
    transaction: (preamble, work) => turns(() => inTransaction(run, preamble, work)),
    script: (sql) => turns(() => script(sql)),
    assumeRole: (role) => turns(() => script(`SET ROLE ${role}`)),
    async close() {
      // Batches wait for the end of the event loop's turn.
      await nextTurn();
      await turns(() => pglite.close());
    },
  };
}
