/** One statement with its parameters, `$1` first. */
export interface Statement {
  text: string;
  params: readonly unknown[];
}

/** Rows as arrays of column values, in the order of the select list. */
export type Rows = unknown[][];

/** A session inside an open transaction. */
export interface Session {
  query(text: string, params: readonly unknown[]): Promise<Rows>;
}

/**
 * What the platform asks of a PostgreSQL. Two adapters: PGlite in this process, and a server.
 * Values come back as text except booleans, small integers and bytes.
 */
export interface SqlDriver {
  /** Runs the statements in one transaction and one round trip; resolves to the rows of the last one. */
  batch(statements: readonly Statement[]): Promise<Rows>;
  /** Runs `work` between BEGIN (followed by the preamble) and COMMIT, or ROLLBACK when it throws. */
  transaction<T>(preamble: readonly Statement[], work: (session: Session) => Promise<T>): Promise<T>;
  /** Runs a script of several statements as the owner of the tables. Migrations only. */
  script(sql: string): Promise<void>;
  /** Gives up the owner's rights: from here on the driver acts as this role. */
  assumeRole(role: string): Promise<void>;
  close(): Promise<void>;
}

interface DatabaseErrorShape {
  code: string;
  constraint?: string;
  constraint_name?: string;
}

function databaseErrorOf(error: unknown): DatabaseErrorShape | undefined {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ("code" in e && typeof e.code === "string" && e.code.length === 5)
      return e as Error & DatabaseErrorShape;
  }
  return undefined;
}

/** Whether a row with the same key was there already. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const found = databaseErrorOf(error);
  if (found?.code !== "23505") return false;
  return constraint === undefined || (found.constraint ?? found.constraint_name) === constraint;
}

/** Whether the transaction lost against another and may be tried again. */
export function isSerializationFailure(error: unknown): boolean {
  const code = databaseErrorOf(error)?.code;
  return code === "40001" || code === "40P01";
}

/** SQLSTATEs of a server that is going, coming or full, and what sockets and postgres.js say. */
const UNAVAILABLE =
  /^(08...|53300|57P0[1-3]|ECONN(REFUSED|RESET)|EPIPE|ETIMEDOUT|EHOSTUNREACH|CONNECT(ION)?_[A-Z]+)$/;

/** Whether the database could not be reached, or was lost on the way. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let e = error; e instanceof Error; e = e.cause) {
    if ("code" in e && typeof e.code === "string" && UNAVAILABLE.test(e.code)) return true;
  }
  return false;
}
