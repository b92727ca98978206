import postgres from "postgres";
import { decodeValue } from "./text-format.ts";
import type { Rows, Session, SqlDriver } from "./sql-driver.ts";

export interface PostgresOptions {
  /** Most connections held at a time. */
  poolSize: number;
}

/** Values as text, except what `decodeValue` converts: the same shapes as the embedded database gives. */
const TYPES = {
  asText: {
    to: 25,
    from: [20, 114, 1082, 1114, 1184, 1700, 2950, 3802],
    parse: (value: string) => value,
    serialize: String,
  },
  bytes: {
    to: 17,
    from: [17],
    parse: (value: string) => decodeValue(value, 17),
    serialize: (v: Uint8Array) => `\\x${Buffer.from(v).toString("hex")}`,
  },
};

/** A PostgreSQL server, version 15 or newer. */
export function openPostgres(url: string, { poolSize }: PostgresOptions): SqlDriver {
  const connect = (max: number, role?: string) =>
    postgres(url, {
      max,
      types: TYPES,
      fetch_types: false,
      onnotice: () => undefined,
      connection: { application_name: "ameide", ...(role === undefined ? {} : { role }) },
    });
  let sql = connect(1);

  const sessionOf = (reserved: postgres.ReservedSql): Session => ({
    query: (text, params) =>
      rowsOf(reserved.unsafe(text, [...params] as postgres.ParameterOrJSON<never>[], { prepare: true })),
  });

  return {
    async batch(statements) {
      const reserved = await sql.reserve();
      const session = sessionOf(reserved);
      try {
        const all = ["BEGIN", ...statements, "COMMIT"].map((s) =>
          typeof s === "string" ? session.query(s, []) : session.query(s.text, s.params),
        );
        const results = await Promise.allSettled(all);
        const failed = results.find((r) => r.status === "rejected");
        if (failed) throw failed.reason;
        return (results.at(-2) as PromiseFulfilledResult<Rows>).value;
      } finally {
        reserved.release();
      }
    },
    async transaction(preamble, work) {
      const reserved = await sql.reserve();
      const session = sessionOf(reserved);
      try {
        await Promise.all([
          session.query("BEGIN", []),
          ...preamble.map((s) => session.query(s.text, s.params)),
        ]);
        const result = await work(session);
        await session.query("COMMIT", []);
        return result;
      } catch (error) {
        await session.query("ROLLBACK", []).catch(() => undefined);
        throw error;
      } finally {
        reserved.release();
      }
    },
    async script(text) {
      await sql.unsafe(text);
    },
    async assumeRole(role) {
      await sql.end();
      sql = connect(poolSize, role);
    },
    async close() {
      await sql.end({ timeout: 5 });
    },
  };
}

async function rowsOf(query: postgres.PendingQuery<postgres.Row[]>): Promise<Rows> {
  return (await query.values()) as unknown as Rows;
}
