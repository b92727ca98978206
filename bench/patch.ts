import { createDatabase, type Database } from "../services/platform/db/database.ts";
import { migrate } from "../services/platform/db/migrate.ts";
import { openPglite } from "../services/platform/db/pglite-driver.ts";
import { openPostgres } from "../services/platform/db/postgres-driver.ts";
import type { SqlDriver } from "../services/platform/db/sql-driver.ts";
import { MIGRATIONS } from "../services/testing/migrations.ts";
import { findPostgres, startPostgres } from "../services/testing/postgres-server.ts";
import { measurePatches } from "./patch/measure-patches.ts";
import { measureRates } from "./patch/measure-rates.ts";

const SIZES = [200, 2000];

/** Patches of ten operations, proposed and applied through the router; against the engine alone on the same models. */
export async function patch() {
  const embedded = await inDatabase(await openPglite(undefined), "pglite");
  const server = await onPostgres();
  return {
    unit: "ms",
    cases: [...embedded.cases, ...(typeof server === "string" ? [] : server.cases)],
    rates: [embedded.rates, ...(typeof server === "string" ? [] : [server.rates])],
    ...(typeof server === "string" && { skipped: server }),
  };
}

/** The figures, or why there are none. */
async function onPostgres() {
  const bin = findPostgres();
  if (bin === undefined) return "postgres: there is no initdb on the path";
  const server = await startPostgres(bin);
  try {
    return await inDatabase(openPostgres(await server.createDatabase(), { poolSize: 20 }), "postgres");
  } finally {
    await server.stop();
  }
}

async function inDatabase(driver: SqlDriver, name: string) {
  try {
    await migrate(driver, MIGRATIONS);
    return await measure(createDatabase(driver), name);
  } finally {
    await driver.close();
  }
}

async function measure(database: Database, name: string) {
  const cases = [];
  for (const size of SIZES) cases.push({ database: name, ...(await measurePatches(database, size)) });
  return { cases, rates: { database: name, ...(await measureRates(database)) } };
}
