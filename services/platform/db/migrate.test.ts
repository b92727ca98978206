import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { migrationContract } from "../../testing/contracts/migrations.ts";
import { MIGRATIONS } from "../../testing/migrations.ts";
import { newPostgresDatabase } from "../../testing/postgres-for-tests.ts";
import { available } from "../../testing/requirements.ts";
import { migrate } from "./migrate.ts";
import { openPglite } from "./pglite-driver.ts";
import { openPostgres } from "./postgres-driver.ts";
import type { SqlDriver } from "./sql-driver.ts";

describe("on PGlite", () => {
  let pglite: SqlDriver;
  let holds: string | undefined;
  beforeAll(async () => {
    pglite = await openPglite(undefined);
  });
  afterAll(() => pglite.close());

  // Starting a PGlite takes a second, so one is emptied, and a restart is to be its owner again.
  async function open(name: string): Promise<SqlDriver> {
    await pglite.script("RESET ROLE");
    if (holds !== name) await pglite.script("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    holds = name;
    return { ...pglite, close: () => Promise.resolve() };
  }
  migrationContract(open);
});

describe.skipIf(!available("postgres"))("on PostgreSQL", () => {
  const urls = new Map<string, Promise<string>>();
  async function open(name: string) {
    const url = urls.get(name) ?? newPostgresDatabase({ migrated: false });
    urls.set(name, url);
    return openPostgres(await url, { poolSize: 2 });
  }
  migrationContract(open);

  it("servers that start at once take turns: one applies, the others find it done", async () => {
    const drivers = await Promise.all([1, 2, 3, 4].map(() => open("at once")));
    const applied = await Promise.all(drivers.map((driver) => migrate(driver, MIGRATIONS)));
    const lengths = applied.map(({ length }) => length).toSorted((a, b) => a - b);
    expect(lengths.slice(0, 3)).toEqual([0, 0, 0]);
    expect(lengths[3]).toBeGreaterThan(3);
    await Promise.all(drivers.map((driver) => driver.close()));
  });

  it("RESET ROLE stays in the app role; only SQL that names another role leaves it", async () => {
    const driver = await open("roles");
    await migrate(driver, MIGRATIONS);
    const userAfter = (text: string) =>
      driver.transaction([{ text, params: [] }], (session) => session.query("SELECT current_user", []));
    expect(await userAfter("RESET ROLE")).toEqual([["ameide_app"]]);
    expect(await userAfter("SET LOCAL SESSION AUTHORIZATION DEFAULT")).toEqual([["ameide_app"]]);
    // This is why no value may ever become part of a statement's text.
    expect(await userAfter("SET LOCAL ROLE NONE")).toEqual([["ameide_owner"]]);
    expect(await userAfter("SELECT 1")).toEqual([["ameide_app"]]);
    await driver.close();
  });
});
