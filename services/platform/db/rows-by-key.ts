import { getTableColumns, sql, type InferSelectModel } from "drizzle-orm";
import { QueryBuilder, type PgColumn, type PgTable } from "drizzle-orm/pg-core";
import type { Reader } from "./database.ts";

/**
 * Finds the rows of a table whose key columns have these values. The text is built once: building a query takes
 * drizzle as long as answering it takes PostgreSQL.
 */
export function rowsByKey<T extends PgTable>(table: T, key: readonly PgColumn[]) {
  const columns = Object.entries<PgColumn>(getTableColumns(table));
  const isKey = sql.join(
    key.map((column) => sql`${column} = ${sql.placeholder(column.name)}`),
    sql` and `,
  );
  const { sql: text } = new QueryBuilder()
    .select()
    .from(table as PgTable)
    .where(isKey)
    .toSQL();
  return async (reader: Reader, ...values: unknown[]): Promise<InferSelectModel<T>[]> => {
    const rows = await reader.query(text, values);
    return rows.map((row) => rowOf(columns, row) as InferSelectModel<T>);
  };
}

function rowOf(columns: readonly [string, PgColumn][], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [i, [name, column]] of columns.entries()) {
    const value = values[i] ?? null;
    row[name] = value === null ? null : column.mapFromDriverValue(value);
  }
  return row;
}
