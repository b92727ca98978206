import postgres from "postgres";
import type { Answer } from "./in-transaction.ts";
import type { Rows, Statement } from "./sql-driver.ts";
import { decodeValue, encodeParam } from "./text-format.ts";

/** A connection that prepared this many different texts is replaced; postgres.js never forgets one. */
const MAX_PREPARED = 500;
const MAX_AGE_MILLISECONDS = 3_600_000;
const CONNECT_SECONDS = 10;
/** More than the socket takes at once makes postgres.js queue, and reconnect for what it queued. */
const MAX_PIPELINED_LENGTH = 4096;

const BOOL = 16;
const BYTEA = 17;
const INT2 = 21;
const INT4 = 23;
/** Types that postgres.js would convert: as text instead, the shape that the embedded database gives. */
const AS_TEXT = [20, 26, 114, 700, 701, 1082, 1114, 1184, 1700, 3802];

/** Parameters are in text format by then, see `encodeParam`. */
const typeOf = (oids: number[], parse: (value: string) => unknown): postgres.PostgresType => ({
  to: oids[0] ?? 0,
  from: oids,
  parse,
  serialize: (value: string) => value,
});
const TYPES = {
  text: typeOf([25, ...AS_TEXT], (value) => value),
  bool: typeOf([BOOL], (value) => decodeValue(value, BOOL)),
  int: typeOf([INT2, INT4], (value) => decodeValue(value, INT4)),
  bytes: {
    ...typeOf([BYTEA], (value) => decodeValue(value, BYTEA)),
    serialize: (value: Uint8Array) => `\\x${Buffer.from(value).toString("hex")}`,
  },
};

/** What the text of values depends on. */
const SESSION = { application_name: "ameide", TimeZone: "UTC", DateStyle: "ISO", bytea_output: "hex" };
/** A transaction that hangs would keep its locks and hold back the event feed. */
const LIMITS = { statement_timeout: 60_000, idle_in_transaction_session_timeout: 60_000 };

/**
 * One connection, thrown away when it breaks. postgres.js alone would reconnect in the middle of a transaction, and
 * a connection that it reserved or reconnected may crash the process or hang for ever (porsager/postgres#1208).
 */
export class PostgresConnection {
  readonly #sql: postgres.Sql;
  readonly #prepared = new Set<string>();
  /** What to tell those who wait for an answer when the connection is lost. */
  readonly #waiting = new Set<(error: Error) => void>();
  readonly #openedAt = performance.now();
  #broken = false;

  private constructor(url: string, role: string | undefined) {
    this.#sql = postgres(url, {
      max: 1,
      max_lifetime: null,
      connect_timeout: CONNECT_SECONDS,
      fetch_types: false,
      types: TYPES,
      onnotice: () => undefined,
      onclose: () => this.#lose(),
      connection: { ...SESSION, ...(role !== undefined && { role, ...LIMITS }) },
    });
  }

  /** Connects as a role, or as whoever the URL names. */
  static async open(url: string, role?: string): Promise<PostgresConnection> {
    const connection = new PostgresConnection(url, role);
    const timer = setTimeout(() => void connection.destroy(), CONNECT_SECONDS * 1000);
    try {
      await connection.run([SELECT_NOTHING]);
      return connection;
    } catch (error) {
      void connection.destroy();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether it can take another transaction. */
  get isUsable(): boolean {
    return !this.#broken;
  }

  /** Whether it is time for a new one. */
  get isWorn(): boolean {
    return this.#prepared.size > MAX_PREPARED || performance.now() - this.#openedAt > MAX_AGE_MILLISECONDS;
  }

  /** Runs the statements up to the first that fails, mostly in one round trip; resolves to the last answer. */
  async run(statements: readonly Statement[]): Promise<Answer> {
    return (await this.runEach(statements)).at(-1) ?? { rows: [], tag: "" };
  }

  /** The same, with every answer. */
  async runEach(statements: readonly Statement[]): Promise<Answer[]> {
    const answers: Promise<Answer>[] = [];
    for (const statement of statements) {
      const answer = this.#send(statement);
      answer.catch(() => undefined);
      answers.push(answer);
      if (!this.#mayPipeline(statement)) await answer;
    }
    return Promise.all(answers);
  }

  async script(text: string): Promise<void> {
    try {
      await this.#sql.unsafe(text);
    } catch (error) {
      if (!this.#broken) await this.#sql.unsafe("ROLLBACK");
      throw error;
    }
  }

  /** Closes at once; statements under way fail. */
  async destroy(): Promise<void> {
    this.#lose();
    await this.#sql.end({ timeout: 0 });
  }

  #lose(): void {
    this.#broken = true;
    for (const refuse of this.#waiting) refuse(new ConnectionBroken());
    this.#waiting.clear();
  }

  #send({ text, params }: Statement): Promise<Answer> {
    if (this.#broken) return Promise.reject(new ConnectionBroken());
    const isConstant = CONSTANT.has(text);
    const encoded = params.map(encodeParam) as postgres.ParameterOrJSON<never>[];
    // Only the extended protocol refuses a second statement in the same text.
    const query = this.#sql.unsafe(text, encoded, isConstant ? {} : EXTENDED).values();
    return new Promise((resolve, reject) => {
      this.#waiting.add(reject);
      query.then(
        (result) => {
          this.#waiting.delete(reject);
          if (!isConstant) this.#prepared.add(text);
          resolve({ rows: [...result] as Rows, tag: result.command });
        },
        (error: unknown) => {
          this.#waiting.delete(reject);
          if (isOfConnection(error)) this.#broken = true;
          reject(error);
        },
      );
    });
  }

  #mayPipeline({ text, params }: Statement): boolean {
    if (CONSTANT.has(text)) return true;
    const length = params.reduce<number>((sum, p) => sum + (hasLength(p) ? p.length : 0), text.length);
    return this.#prepared.has(text) && length < MAX_PIPELINED_LENGTH;
  }
}

/** Sent in one message each. */
const CONSTANT = new Set(["BEGIN", "COMMIT", "ROLLBACK"]);
const SELECT_NOTHING: Statement = { text: "SELECT 1", params: [] };
/** `simple` is missing in the types of postgres.js. */
const EXTENDED: postgres.UnsafeQueryOptions & { simple: boolean } = { prepare: true, simple: false };

const hasLength = (param: unknown): param is { length: number } =>
  typeof param === "string" || param instanceof Uint8Array;

/** Whether the connection is gone, and not only the statement. */
const isOfConnection = (error: unknown) =>
  !(error instanceof postgres.PostgresError) || error.severity === "FATAL" || error.severity === "PANIC";

/** The connection was lost before this statement was answered. */
export class ConnectionBroken extends Error {
  readonly code = "08006";
  constructor() {
    super("the connection to the database was lost");
  }
}
