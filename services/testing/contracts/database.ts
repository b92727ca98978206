import { v7 as uuidv7 } from "uuid";
import { describe, expect, it, vi } from "vitest";
import type { Tx } from "../../platform/db/database.ts";
import type { GivenDatabase } from "../databases.ts";

const INSERT =
  "INSERT INTO request_log (tenant_id, user_id, request_id, request_hash) VALUES ($1, $2, $3, '')";
const insert = (tx: Tx, userId: string, tenantId = tx.tenantId) =>
  tx.query(INSERT, [tenantId, userId, uuidv7()]);

/** What the one way to the database promises. */
export function databaseContract(given: GivenDatabase): void {
  const users = async (tenantId: string) =>
    (
      await given().database.reader(tenantId).query("SELECT user_id FROM request_log ORDER BY user_id", [])
    ).flat();

  describe("a transaction", () => {
    it("keeps everything or nothing", async () => {
      const { database } = given();
      const tenant = uuidv7();
      await database.transaction(tenant, (tx) => insert(tx, "kept"));
      const failing = database.transaction(tenant, async (tx) => {
        await insert(tx, "lost");
        throw new Error("no");
      });
      await expect(failing).rejects.toThrow("no");
      expect(await users(tenant)).toEqual(["kept"]);
    });

    it("with an inner failure that is thrown on in another error keeps nothing and shows that error", async () => {
      const { database } = given();
      const tenant = uuidv7();
      const failing = database.transaction(tenant, async (tx) => {
        await insert(tx, "lost");
        try {
          await tx.query("SELECT 1/0", []);
        } catch (cause) {
          throw new Error("outer", { cause });
        }
      });
      await expect(failing).rejects.toMatchObject({ message: "outer", cause: { code: "22012" } });
      expect(await users(tenant)).toEqual([]);
    });

    it("goes on after a failure inside a savepoint", async () => {
      const { database } = given();
      const tenant = uuidv7();
      await database.transaction(tenant, async (tx) => {
        await insert(tx, "first");
        await tx.query("SAVEPOINT here", []);
        await expect(tx.query("SELECT 1/0", [])).rejects.toMatchObject({ code: "22012" });
        await tx.query("ROLLBACK TO SAVEPOINT here", []);
        await insert(tx, "second");
      });
      expect(await users(tenant)).toEqual(["first", "second"]);
    });

    it("runs what waits for the commit after it, in order, and never after a rollback", async () => {
      const { database } = given();
      const tenant = uuidv7();
      const ran: unknown[] = [];
      await database.transaction(tenant, async (tx) => {
        tx.afterCommit(() => ran.push("a"));
        await insert(tx, "x");
        tx.afterCommit(() => ran.push("b"));
        expect(ran).toEqual([]);
      });
      expect(ran).toEqual(["a", "b"]);
      const swallowing = database.transaction(tenant, async (tx) => {
        tx.afterCommit(() => ran.push("never"));
        await tx.query("SELECT 1/0", []).catch(() => undefined);
      });
      await expect(swallowing).rejects.toThrow("nothing was committed");
      expect(ran).toEqual(["a", "b"]);
    });

    it("that was committed does not look failed because of what came after", async () => {
      const { database } = given();
      const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
      const ran: string[] = [];
      const result = await database.transaction(uuidv7(), async (tx) => {
        tx.afterCommit(() => {
          throw new Error("after");
        });
        tx.afterCommit(() => ran.push("still"));
        return "done";
      });
      expect([result, ran]).toEqual(["done", ["still"]]);
      expect(warn).toHaveBeenCalledWith(new Error("after"));
      warn.mockRestore();
    });
  });

  describe("tenants", () => {
    it("cannot write rows of another, nor see them", async () => {
      const { database } = given();
      const [mine, theirs] = [uuidv7(), uuidv7()];
      const crossing = database.transaction(mine, (tx) => insert(tx, "x", theirs));
      await expect(crossing).rejects.toMatchObject({ code: "42501" });
      await database.transaction(theirs, (tx) => insert(tx, "theirs"));
      expect(await users(mine)).toEqual([]);
    });

    it("10,000 interleaved requests of two tenants never cross", async () => {
      const { database } = given();
      const tenants = [uuidv7(), uuidv7()] as const;
      for (const tenant of tenants) await database.transaction(tenant, (tx) => insert(tx, tenant));
      const ofBoth = "SELECT user_id, current_setting('app.tenant_id') FROM request_log";
      const read = async (tenant: string) =>
        expect(await database.reader(tenant).query(ofBoth, [])).toEqual([[tenant, tenant]]);
      const readTwice = (tenant: string) =>
        database.transaction(tenant, async (tx) => {
          const both = [await tx.query(ofBoth, []), await tx.query(ofBoth, [])];
          expect(both).toEqual([[[tenant, tenant]], [[tenant, tenant]]]);
        });
      const failing = (tenant: string) =>
        expect(database.transaction(tenant, (tx) => tx.query("SELECT 1/0", []))).rejects.toThrow("division");
      const kinds = [read, readTwice, read, failing, read];
      const request = (i: number) => kinds[i % kinds.length]?.(tenants[(i >> 1) % 2 === 0 ? 0 : 1]);
      for (let i = 0; i < 10_000; i += 500) {
        await Promise.all(Array.from({ length: 500 }, (_, n) => request(i + n)));
      }
    }, 60_000);

    it("an id that is no uuid, and SQL in an id, see nothing", async () => {
      const { database } = given();
      for (const tenant of ["x", "' OR true --", "00000000-0000-0000-0000-00000000000g"]) {
        await expect(users(tenant)).rejects.toMatchObject({ code: "22P02" });
        expect(await database.ping()).toBeUndefined();
      }
      expect(await users("")).toEqual([]);
    });
  });

  describe("roles", () => {
    const identity = "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user";

    it("the app acts as a role that owns nothing and bypasses nothing", async () => {
      const { driver, database } = given();
      expect(await driver.batch([{ text: identity, params: [] }])).toEqual([["ameide_app", false, false]]);
      const owned = "SELECT relname FROM pg_class WHERE pg_has_role('ameide_app', relowner, 'MEMBER')";
      expect(await database.reader("").query(owned, [])).toEqual([]);
    });

    it("the system's work ends with its transaction", async () => {
      const { driver, database } = given();
      const inside = await database.systemTransaction((tx) => tx.query(identity, []));
      expect(inside).toEqual([["ameide_system", false, false]]);
      expect(await driver.batch([{ text: identity, params: [] }])).toEqual([["ameide_app", false, false]]);
      const failing = database.systemTransaction((tx) => tx.query("SELECT 1/0", []));
      await expect(failing).rejects.toThrow("division");
      expect(await driver.batch([{ text: identity, params: [] }])).toEqual([["ameide_app", false, false]]);
    });

    it("the app can neither change the schema nor lift a policy", async () => {
      const { database } = given();
      const texts = [
        "CREATE TABLE mine (id int)",
        "DROP TABLE events",
        "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        "DROP POLICY tenant ON events",
        "CREATE POLICY mine ON events USING (true)",
        "ALTER ROLE ameide_app BYPASSRLS",
        "CREATE OR REPLACE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql RETURN NULL::uuid",
        "SET session_replication_role = replica",
      ];
      for (const text of texts) {
        const work = database.transaction(uuidv7(), (tx) => tx.query(text, []));
        await expect(work).rejects.toMatchObject({ code: "42501" });
      }
    });

    it("switching row security off makes a query fail, not see more", async () => {
      const work = given().database.transaction(uuidv7(), async (tx) => {
        await tx.query("SET LOCAL row_security = off", []);
        return tx.query("SELECT * FROM events", []);
      });
      await expect(work).rejects.toMatchObject({ code: "42501" });
    });
  });
}
