import { drizzle, type PgRemoteDatabase } from "drizzle-orm/pg-proxy";
import { withInnerSpan } from "../telemetry/trace.ts";
import type { Rows, Session, SqlDriver, Statement } from "./sql-driver.ts";

/** A query builder bound to one tenant's rows. */
export interface Reader extends Session {
  /** Whose rows it sees; empty for the system. */
  readonly tenantId: string;
  readonly sql: PgRemoteDatabase;
}

/** An open transaction. */
export interface Tx extends Reader {
  /** Runs `action` once the transaction has committed; never when it has not. */
  afterCommit(action: () => void): void;
}

/**
 * The only way to the database. Row-level security shows each tenant its own rows and nothing else; the system
 * role sees the event feed and the run queue of all tenants, and the keys and ages of requests to sweep.
 */
export interface Database {
  /** Each statement is a transaction and a round trip of its own; for queries. */
  reader(tenantId: string): Reader;
  transaction<T>(tenantId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  systemTransaction<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Rejects when the database does not answer. */
  ping(): Promise<void>;
  close(): Promise<void>;
}

export const APP_ROLE = "ameide_app";
const SYSTEM_ROLE = "ameide_system";

const asTenant = (tenantId: string): Statement => ({
  text: "SELECT set_config('app.tenant_id', $1, true)",
  params: [tenantId],
});
const AS_SYSTEM: Statement = { text: `SET LOCAL ROLE ${SYSTEM_ROLE}`, params: [] };

const DB = { "db.system.name": "postgresql" };

export function createDatabase(driver: SqlDriver): Database {
  async function transaction<T>(
    tenantId: string,
    preamble: Statement,
    work: (tx: Tx) => Promise<T>,
  ): Promise<T> {
    const committed: (() => void)[] = [];
    const result = await withInnerSpan("db.transaction", DB, () =>
      driver.transaction([preamble], (session) =>
        work({ tenantId, ...builderOver(session), afterCommit: (action) => committed.push(action) }),
      ),
    );
    for (const action of committed) runSafely(action);
    return result;
  }

  return {
    reader(tenantId) {
      const query = (text: string, params: readonly unknown[]): Promise<Rows> =>
        withInnerSpan("db.query", DB, () => driver.batch([asTenant(tenantId), { text, params }]));
      return { tenantId, ...builderOver({ query }) };
    },
    transaction: (tenantId, work) => transaction(tenantId, asTenant(tenantId), work),
    systemTransaction: (work) => transaction("", AS_SYSTEM, work),
    ping: async () => void (await driver.batch([{ text: "SELECT 1", params: [] }])),
    close: () => driver.close(),
  };
}

/** What was committed must not look as if it had failed. */
function runSafely(action: () => void): void {
  try {
    action();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

function builderOver({ query }: Session): Omit<Reader, "tenantId"> {
  return { query, sql: drizzle(async (text, params) => ({ rows: await query(text, params) })) };
}
