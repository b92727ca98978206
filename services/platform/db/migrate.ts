import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { APP_ROLE } from "./database.ts";
import type { SqlDriver } from "./sql-driver.ts";

interface Migration {
  name: string;
  sql: string;
  checksum: string;
}

const LEDGER = `
  CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`;
/** Two servers that start at once take turns. */
const LOCK = "SELECT pg_advisory_lock(7046029254386353131)";
const UNLOCK = "SELECT pg_advisory_unlock(7046029254386353131)";

/**
 * Applies the `.sql` files of a folder that have not been applied yet, in the order of their names, each in one
 * transaction; then gives up the owner's rights. A file that changed after it was applied stops the start.
 *
 * The role keeps the program's own statements to one tenant. It is no wall against foreign SQL, which could
 * `SET ROLE NONE`: against that, every value is a parameter and one text is one statement.
 */
export async function migrate(driver: SqlDriver, folder: string): Promise<string[]> {
  const migrations = readMigrations(folder);
  await driver.script(LOCK);
  const applied = await applyAll(driver, migrations).finally(() => driver.script(UNLOCK));
  await driver.assumeRole(APP_ROLE);
  return applied;
}

async function applyAll(driver: SqlDriver, migrations: readonly Migration[]): Promise<string[]> {
  await driver.script(LEDGER);
  const applied: string[] = [];
  for (const migration of migrations) {
    if (await apply(driver, migration)) applied.push(migration.name);
  }
  return applied;
}

function readMigrations(folder: string): Migration[] {
  const names = readdirSync(folder).filter((name) => /^[\w-]+\.sql$/.test(name));
  return names.toSorted().map((name) => {
    const sql = readFileSync(join(folder, name), "utf8");
    return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
  });
}

async function apply(driver: SqlDriver, { name, sql, checksum }: Migration): Promise<boolean> {
  const rows = await driver.batch([
    { text: "SELECT checksum FROM schema_migrations WHERE name = $1", params: [name] },
  ]);
  const known = rows[0]?.[0];
  if (known !== undefined && known !== checksum) {
    throw new Error(`migration ${name} was changed after it was applied; restore the file and add a new one`);
  }
  if (known !== undefined) return false;
  const record = `INSERT INTO schema_migrations (name, checksum) VALUES ('${name}', '${checksum}');`;
  // A file may end in a comment.
  await driver.script(`BEGIN;\n${sql}\n;${record} COMMIT;`);
  return true;
}
