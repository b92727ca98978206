import { describe, expect, it } from "vitest";
import type { Session, SqlDriver } from "../../platform/db/sql-driver.ts";
import type { GivenDatabase } from "../databases.ts";

const query = (driver: SqlDriver, text: string, ...params: unknown[]) => driver.batch([{ text, params }]);
const one = async (session: Session, text: string) => (await session.query(text, []))[0]?.[0];

/** Each type as text, bool, number or bytes: `[value as SQL, what comes back]`. */
const VALUES: readonly (readonly [string, unknown])[] = [
  ["'0195e4a0-0000-7000-8000-00000000000A'::uuid", "0195e4a0-0000-7000-8000-00000000000a"],
  [`ARRAY['a', 'b "c"', NULL, 'd,e', '']::text[]`, `{a,"b \\"c\\"",NULL,"d,e",""}`],
  ["'\\x00ff10'::bytea", Buffer.from([0, 255, 16])],
  ["''::bytea", Buffer.alloc(0)],
  ["true", true],
  ["false", false],
  ["(-7)::int2", -7],
  ["2147483647::int4", 2147483647],
  ["9223372036854775807::int8", "9223372036854775807"],
  ["1.50::numeric", "1.50"],
  ["0.1::float8", "0.1"],
  ["0.5::float4", "0.5"],
  ["23::oid", "23"],
  ["'2026-02-28 23:59:59.123+02'::timestamptz", "2026-02-28 21:59:59.123+00"],
  ["'2026-02-28 23:59:59'::timestamp", "2026-02-28 23:59:59"],
  ["'-infinity'::timestamptz", "-infinity"],
  ["'2026-02-28'::date", "2026-02-28"],
  [`'{"b": 1, "a": [true, null]}'::jsonb`, `{"a": [true, null], "b": 1}`],
  [`'{"b":1}'::json`, `{"b":1}`],
  ["'42'::xid8", "42"],
  ["NULL::text", null],
  ["NULL::bytea", null],
  ["'grüße 🦊'::text", "grüße 🦊"],
];

/** `[a parameter, the type it is cast to, the text of the value that arrives]`. */
const PARAMETERS: readonly (readonly [unknown, string, unknown])[] = [
  ['it\'s \\ "quoted"', "text", 'it\'s \\ "quoted"'],
  ["", "text", ""],
  [null, "text", null],
  [undefined, "text", null],
  [5, "int4", "5"],
  [-5, "int2", "-5"],
  [2 ** 53, "int8", "9007199254740992"],
  [9223372036854775807n, "int8", "9223372036854775807"],
  [0.25, "float8", "0.25"],
  ["12.340", "numeric", "12.340"],
  [true, "bool", "true"],
  [false, "bool", "false"],
  [new Date("2026-02-28T21:59:59.123Z"), "timestamptz", "2026-02-28 21:59:59.123+00"],
  ["2026-02-28", "date", "2026-02-28"],
  [["a", 'b "c"', null, "d,e", "\\"], "text[]", `{a,"b \\"c\\"",NULL,"d,e","\\\\"}`],
  [[1, 2], "int4[]", "{1,2}"],
  [[], "text[]", "{}"],
  [{ a: [1] }, "jsonb", `{"a": [1]}`],
  [new Uint8Array([0, 255]), "bytea", "\\x00ff"],
];

/** What both ways to a PostgreSQL promise. */
export function sqlDriverContract(given: GivenDatabase): void {
  describe("values", () => {
    it.each(VALUES)("%s comes back in its one shape", async (expression, expected) => {
      expect(await query(given().driver, `SELECT ${expression}`)).toEqual([[expected]]);
    });

    it.each(PARAMETERS)("%o arrives as %s", async (param, type, expected) => {
      expect(await query(given().driver, `SELECT $1::${type}::text`, param)).toEqual([[expected]]);
    });

    it("several rows come back in order, as plain arrays", async () => {
      const rows = await query(given().driver, "SELECT n, n % 2 = 0 FROM generate_series(1, $1::int) n", 3);
      expect(rows).toStrictEqual([
        [1, false],
        [2, true],
        [3, false],
      ]);
    });

    it("bytes of many megabytes arrive and come back", async () => {
      const bytes = Buffer.alloc(5_000_000, "ab");
      const [[back, length]] = (await query(
        given().driver,
        "SELECT $1::bytea, length($1::bytea)",
        bytes,
      )) as [[Buffer, number]];
      expect(length).toBe(bytes.length);
      expect(bytes.equals(back)).toBe(true);
    });
  });

  describe("a batch", () => {
    it("answers with the rows of its last statement", async () => {
      const text = "SELECT $1::text";
      expect(
        await given().driver.batch([
          { text, params: ["a"] },
          { text, params: ["b"] },
        ]),
      ).toEqual([["b"]]);
    });

    it("is one transaction: a setting is seen by the next statement and gone afterwards", async () => {
      const { driver } = given();
      const read = { text: "SELECT current_setting('app.tenant_id', true)", params: [] };
      const set = { text: "SELECT set_config('app.tenant_id', $1, true)", params: ["x"] };
      expect(await driver.batch([set, read])).toEqual([["x"]]);
      expect((await driver.batch([read]))[0]?.[0] ?? "").toBe("");
    });

    it.each([
      ["its first", 0],
      ["a middle", 1],
      ["its last", 2],
    ])("takes back everything when %s statement fails, and the session goes on", async (_, at) => {
      const { driver } = given();
      const name = `batch_${at}`;
      const statements = [1, 2, 3].map((n) => ({ text: SET_SESSION, params: [name, String(n)] }));
      statements.splice(at, 1, { text: "SELECT $1::int / ($2::int - 1)", params: ["1", "1"] });
      // Twice: with the statement new, and with it prepared.
      for (let round = 0; round < 2; round++) {
        await expect(driver.batch(statements)).rejects.toThrow("division by zero");
        expect(await query(driver, "SELECT current_setting($1, true)", `app.${name}`)).not.toEqual([["2"]]);
      }
      expect(await query(driver, "SELECT 1")).toEqual([[1]]);
    });

    it("a text that cannot be parsed fails and leaves no trace", async () => {
      const { driver } = given();
      for (let round = 0; round < 3; round++) {
        await expect(query(driver, "SELEC 1")).rejects.toMatchObject({ code: "42601" });
        expect(await query(driver, `SELECT ${round}`)).toEqual([[round]]);
      }
    });

    it("two statements in one text are refused", async () => {
      await expect(query(given().driver, "SELECT 1; SELECT 2")).rejects.toMatchObject({ code: "42601" });
    });

    it("callers at the same time each get their own answer", async () => {
      const { driver } = given();
      const answers = await Promise.all(
        Array.from({ length: 200 }, (_, i) => query(driver, `SELECT $1::int + ${i % 7}`, i)),
      );
      expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => [[i + (i % 7)]]));
    });

    it("more texts than are kept prepared still answer, old ones too", async () => {
      const { driver } = given();
      for (let i = 0; i < 1100; i++) {
        const text = (n: number) => `SELECT ${n}, $1::text`;
        const both = [
          { text: text(i), params: ["a"] },
          { text: text(i >> 1), params: [`p${i}`] },
        ];
        expect(await driver.batch(both)).toEqual([[i >> 1, `p${i}`]]);
      }
    });
  });

  describe("a transaction", () => {
    const mark = (session: Session, value: string) =>
      session.query("SELECT set_config('app.mark', $1, false)", [value]);
    const marked = async (driver: SqlDriver) =>
      (await query(driver, "SELECT current_setting('app.mark', true)"))[0]?.[0] ?? "";
    const rolledBack = async (driver: SqlDriver, work: (session: Session) => Promise<unknown>) => {
      // One connection at a time, so that the setting of the session shows what was rolled back.
      await driver.transaction([], (session) => mark(session, "before"));
      const result = await driver.transaction([], work).then(
        () => "committed",
        (error: unknown) => error,
      );
      return { result, after: await marked(driver) };
    };

    it("is rolled back when its body throws, and the error is the body's", async () => {
      const thrown = new Error("mine");
      const { result, after } = await rolledBack(given().driver, async (session) => {
        await mark(session, "after");
        throw thrown;
      });
      expect(result).toBe(thrown);
      expect(after).toBe("before");
    });

    it("is rolled back when a statement fails", async () => {
      const { result, after } = await rolledBack(given().driver, async (session) => {
        await mark(session, "after");
        await session.query("SELECT 1/0", []);
      });
      expect(result).toMatchObject({ code: "22012" });
      expect(after).toBe("before");
    });

    it("does not pass for committed when its body swallowed a failure", async () => {
      const { result, after } = await rolledBack(given().driver, async (session) => {
        await mark(session, "after");
        await session.query("SELECT 1/0", []).catch(() => undefined);
      });
      expect(String(result)).toContain("nothing was committed");
      expect(after).toBe("before");
    });

    it("is not begun when its preamble fails, and the next one works", async () => {
      const { driver } = given();
      const preamble = [{ text: "SET LOCAL ROLE nobody_of_that_name", params: [] }];
      const work = async () => expect.unreachable();
      await expect(driver.transaction(preamble, work)).rejects.toThrow("nobody_of_that_name");
      expect(await driver.transaction([], (session) => one(session, "SELECT 1"))).toBe(1);
    });

    it("statements sent at once run in order", async () => {
      const answers = await given().driver.transaction([], (session) =>
        Promise.all(Array.from({ length: 50 }, (_, i) => session.query(`SELECT ${i}, $1::int`, [i]))),
      );
      expect(answers).toEqual(Array.from({ length: 50 }, (_, i) => [[i, i]]));
    });

    it("its session is dead once it is over", async () => {
      const { driver } = given();
      let leaked: Session | undefined;
      await driver.transaction([], async (session) => (leaked = session));
      await expect(leaked?.query("SELECT 1", [])).rejects.toThrow("this transaction is over");
      await driver
        .transaction([], async (session) => ((leaked = session), Promise.reject(new Error("no"))))
        .catch(() => undefined);
      await expect(leaked?.query("SELECT 1", [])).rejects.toThrow("this transaction is over");
    });

    it("many at the same time all commit", async () => {
      const { driver } = given();
      const answers = await Promise.all(
        Array.from({ length: 100 }, (_, i) =>
          driver.transaction([], (session) => one(session, `SELECT ${i}`)),
        ),
      );
      expect(answers).toEqual(Array.from({ length: 100 }, (_, i) => i));
    });
  });
}

const SET_SESSION = "SELECT set_config('app.' || $1, $2, false)";
