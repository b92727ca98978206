import { afterAll, beforeAll, describe } from "vitest";
import { createDatabase, type Database } from "../platform/db/database.ts";
import { migrate } from "../platform/db/migrate.ts";
import { openPglite } from "../platform/db/pglite-driver.ts";
import { openPostgres } from "../platform/db/postgres-driver.ts";
import type { SqlDriver } from "../platform/db/sql-driver.ts";
import { MIGRATIONS } from "./migrations.ts";
import { newPostgresDatabase } from "./postgres-for-tests.ts";
import { available } from "./requirements.ts";

/** A database with the schema and nothing else in it, which acts as the app role. */
export interface TestDatabase {
  name: "pglite" | "postgres";
  driver: SqlDriver;
  database: Database;
}

export interface TestDatabaseOptions {
  /** Connections to PostgreSQL. Default 10. */
  poolSize?: number;
}

type Open = (options: TestDatabaseOptions) => Promise<TestDatabase>;

/** Gives the database of the suite that is running. */
export type GivenDatabase = () => TestDatabase;

export const openTestPglite: Open = async () => opened("pglite", await openPglite(undefined));

export const openTestPostgres: Open = async ({ poolSize = 10 }) =>
  opened("postgres", openPostgres(await newPostgresDatabase({ migrated: true }), { poolSize }));

async function opened(name: TestDatabase["name"], driver: SqlDriver): Promise<TestDatabase> {
  await migrate(driver, MIGRATIONS);
  return { name, driver, database: createDatabase(driver) };
}

/** Describes the same suite on both databases; each has a fresh one for all its tests. */
export function forEachDatabase(
  suite: (given: GivenDatabase) => void,
  options: TestDatabaseOptions = {},
): void {
  onPglite(suite);
  onPostgres(suite, options);
}

export function onPglite(suite: (given: GivenDatabase) => void): void {
  describe("on PGlite", () => {
    withDatabase(openTestPglite, {}, suite);
  });
}

/** Skipped on a machine without PostgreSQL. */
export function onPostgres(suite: (given: GivenDatabase) => void, options: TestDatabaseOptions = {}): void {
  describe.skipIf(!available("postgres"))("on PostgreSQL", () => {
    withDatabase(openTestPostgres, options, suite);
  });
}

function withDatabase(open: Open, options: TestDatabaseOptions, suite: (given: GivenDatabase) => void): void {
  let current: TestDatabase | undefined;
  beforeAll(async () => {
    current = await open(options);
  });
  afterAll(() => current?.driver.close());
  suite(() => {
    if (current === undefined) throw new Error("the database is open within tests only");
    return current;
  });
}
