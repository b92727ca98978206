import { ConnectionPool } from "./connection-pool.ts";
import { BEGIN, COMMIT, inTransaction, ROLLBACK } from "./in-transaction.ts";
import { PostgresConnection } from "./postgres-connection.ts";
import type { Rows, SqlDriver, Statement } from "./sql-driver.ts";

export interface PostgresOptions {
  /** Most connections held at a time. */
  poolSize: number;
}

/** How long transactions under way may take when the driver is closed. */
const GRACE_MILLISECONDS = 5000;

/** A PostgreSQL server, version 15 or newer. */
export function openPostgres(url: string, { poolSize }: PostgresOptions): SqlDriver {
  const poolOf = (size: number, role?: string) =>
    new ConnectionPool({ size, open: () => PostgresConnection.open(url, role) });
  // A single connection until the role is assumed: the lock of a migration belongs to a session.
  let pool = poolOf(1);

  return {
    batch: (statements) => pool.use((connection) => batchOn(connection, statements)),
    transaction: (preamble, work) =>
      pool.use((connection) => inTransaction((statements) => connection.run(statements), preamble, work)),
    script: (sql) => pool.use((connection) => connection.script(sql)),
    async assumeRole(role) {
      await pool.close(GRACE_MILLISECONDS);
      pool = poolOf(poolSize, role);
    },
    close: () => pool.close(GRACE_MILLISECONDS),
  };
}

async function batchOn(connection: PostgresConnection, statements: readonly Statement[]): Promise<Rows> {
  try {
    const answers = await connection.runEach([BEGIN, ...statements, COMMIT]);
    return answers.at(-2)?.rows ?? [];
  } catch (error) {
    await connection.run([ROLLBACK]).catch(() => undefined);
    throw error;
  }
}
