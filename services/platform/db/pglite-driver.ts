import { mkdirSync } from "node:fs";
import { PGlite, protocol } from "@electric-sql/pglite";
import { decodeValue, encodeParam } from "./text-format.ts";
import type { Rows, Session, SqlDriver, Statement } from "./sql-driver.ts";

const { serialize } = protocol;
/** Beyond this many different texts, statements are prepared anew each time. */
const MAX_PREPARED = 500;

interface Prepared {
  name: string;
  /** Type OIDs of the result columns. */
  columns: readonly number[];
}

interface ColumnMessage {
  name: "rowDescription";
  fields: { dataTypeID: number }[];
}
interface RowMessage {
  name: "dataRow";
  fields: (string | null)[];
}

/**
 * PGlite spoken to in the wire protocol with prepared statements: PGlite's own `query` prepares each time,
 * which makes a small transaction four times slower. There is one session, so transactions queue.
 */
export async function openPglite(dataDir: string | undefined): Promise<SqlDriver> {
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const pglite = await PGlite.create(dataDir ?? "memory://");
  const prepared = new Map<string, Prepared>();
  let queue: Promise<unknown> = Promise.resolve();

  function exclusive<T>(work: () => Promise<T>): Promise<T> {
    const turn = queue.then(work, work);
    queue = turn.then(
      () => undefined,
      () => undefined,
    );
    return turn;
  }

  async function prepare(text: string): Promise<Prepared> {
    const known = prepared.get(text);
    if (known) return known;
    const name = prepared.size < MAX_PREPARED ? `s${prepared.size}` : "";
    const { messages } = await pglite.execProtocol(
      concat([serialize.parse({ name, text }), serialize.describe({ type: "S", name }), serialize.sync()]),
    );
    const description = messages.find((m) => m.name === "rowDescription") as ColumnMessage | undefined;
    const entry = { name, columns: description?.fields.map((f) => f.dataTypeID) ?? [] };
    if (name !== "") prepared.set(text, entry);
    return entry;
  }

  async function run(statements: readonly Statement[]): Promise<Rows> {
    const parts: Uint8Array[] = [];
    let last: Prepared | undefined;
    for (const { text, params } of statements) {
      last = await prepare(text);
      parts.push(
        serialize.bind({ statement: last.name, values: params.map(encodeParam) }),
        serialize.execute({}),
      );
    }
    parts.push(serialize.sync());
    const { messages } = await pglite.execProtocol(concat(parts));
    return rowsOfLast(messages, statements.length, last?.columns ?? []);
  }

  const session: Session = { query: (text, params) => run([{ text, params }]) };
  return {
    batch: (statements) => exclusive(() => run(statements)),
    transaction: (preamble, work) =>
      exclusive(async () => {
        await run([{ text: "BEGIN", params: [] }, ...preamble]);
        try {
          const result = await work(session);
          await run([{ text: "COMMIT", params: [] }]);
          return result;
        } catch (error) {
          await run([{ text: "ROLLBACK", params: [] }]);
          throw error;
        }
      }),
    script: (sql) => exclusive(async () => void (await pglite.exec(sql))),
    assumeRole: (role) => exclusive(async () => void (await pglite.exec(`SET ROLE ${role}`))),
    close: () => exclusive(() => pglite.close()),
  };
}

function rowsOfLast(
  messages: readonly { name: string }[],
  statements: number,
  columns: readonly number[],
): Rows {
  const rows: Rows = [];
  let completed = 0;
  for (const message of messages) {
    if (message.name === "commandComplete") completed += 1;
    if (message.name !== "dataRow" || completed < statements - 1) continue;
    rows.push((message as RowMessage).fields.map((value, i) => decodeValue(value, columns[i] ?? 0)));
  }
  return rows;
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
}
