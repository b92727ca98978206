import { cpSync, mkdtempSync, rmSync, writeFileSync, appendFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { migrate } from "../../platform/db/migrate.ts";
import type { SqlDriver } from "../../platform/db/sql-driver.ts";
import { MIGRATIONS } from "../migrations.ts";

/** Opens an empty database; the same one again for a name that was used before. */
export type OpenEmpty = (name: string) => Promise<SqlDriver>;

/** What migrating promises. `test` gives every case a database and a folder of its own. */
export function migrationContract(open: OpenEmpty): void {
  let folder: string;
  let name: string;
  const drivers: SqlDriver[] = [];
  const openAgain = async () => {
    const driver = await open(name);
    drivers.push(driver);
    return driver;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ameide-migrations-"));
    name = folder.split("-").at(-1) ?? "";
  });
  afterEach(async () => {
    for (const driver of drivers.splice(0)) await driver.close();
    rmSync(folder, { recursive: true });
  });

  const write = (file: string, sql: string) => writeFileSync(join(folder, file), sql);
  const ask = async (driver: SqlDriver, text: string) => (await driver.batch([{ text, params: [] }]))[0]?.[0];
  const grant =
    "DO $$ BEGIN CREATE ROLE ameide_app; EXCEPTION WHEN duplicate_object THEN NULL; END $$; GRANT USAGE ON SCHEMA public TO ameide_app;";

  describe("migrating", () => {
    it("applies every file in order once; the second start changes nothing", async () => {
      cpSync(MIGRATIONS, folder, { recursive: true });
      const first = await migrate(await openAgain(), folder);
      expect(first).toEqual(first.toSorted());
      expect(first.length).toBeGreaterThan(3);
      await drivers.pop()?.close();
      expect(await migrate(await openAgain(), folder)).toEqual([]);
    });

    it("applies what was added since", async () => {
      write("0001-a.sql", `${grant} CREATE TABLE a (n int)`);
      expect(await migrate(await openAgain(), folder)).toEqual(["0001-a.sql"]);
      await drivers.pop()?.close();
      write("0002-b.sql", "CREATE TABLE b (n int) -- the last line is a comment");
      write("notes.md", "not SQL");
      expect(await migrate(await openAgain(), folder)).toEqual(["0002-b.sql"]);
    });

    it("refuses a file that was changed after it was applied", async () => {
      write("0001-a.sql", `${grant} CREATE TABLE a (n int);`);
      await migrate(await openAgain(), folder);
      await drivers.pop()?.close();
      appendFileSync(join(folder, "0001-a.sql"), "\n");
      const again = migrate(await openAgain(), folder);
      await expect(again).rejects.toThrow("migration 0001-a.sql was changed after it was applied");
    });

    it("keeps nothing of a file that fails half-way, and can be started again", async () => {
      write("0001-a.sql", `${grant} CREATE TABLE a (n int);`);
      write("0002-b.sql", "CREATE TABLE b (n int); SELECT 1/0;");
      const driver = await openAgain();
      await expect(migrate(driver, folder)).rejects.toThrow("division by zero");
      expect(await ask(driver, "SELECT to_regclass('a') IS NOT NULL")).toBe(true);
      expect(await ask(driver, "SELECT to_regclass('b') IS NULL")).toBe(true);
      write("0002-b.sql", "CREATE TABLE b (n int);");
      expect(await migrate(driver, folder)).toEqual(["0002-b.sql"]);
    });

    it("leaves a session that is neither owner nor superuser and is bound by row-level security", async () => {
      cpSync(MIGRATIONS, folder, { recursive: true });
      const driver = await openAgain();
      await migrate(driver, folder);
      expect(await ask(driver, "SELECT current_user")).toBe("ameide_app");
      const mine = "SELECT count(*)::int FROM pg_class WHERE pg_has_role(current_user, relowner, 'USAGE')";
      expect(await ask(driver, mine)).toBe(0);
      expect(
        await ask(
          driver,
          "SELECT rolsuper OR rolbypassrls OR rolcreaterole FROM pg_roles WHERE rolname = current_user",
        ),
      ).toBe(false);
      expect(await ask(driver, "SELECT row_security_active('events')")).toBe(true);
    });
  });
}
