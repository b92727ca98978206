import type { Rows, Session, Statement } from "./sql-driver.ts";

/** What the last of several statements answered. */
export interface Answer {
  rows: Rows;
  /** PostgreSQL's command tag, with or without its counts. */
  tag: string;
}

/** Runs statements on one connection, one after the other; stops at the first that fails. */
export type RunStatements = (statements: readonly Statement[]) => Promise<Answer>;

const statement = (text: string): Statement => ({ text, params: [] });
export const BEGIN = statement("BEGIN");
export const COMMIT = statement("COMMIT");
export const ROLLBACK = statement("ROLLBACK");

/** A statement failed, and the caller went on as if it had not; PostgreSQL rolled back. */
export class TransactionRolledBack extends Error {
  constructor() {
    super("a statement of this transaction failed, so nothing was committed");
  }
}

/** Runs `work` between BEGIN (followed by the preamble) and COMMIT, or ROLLBACK when it throws. */
export async function inTransaction<T>(
  run: RunStatements,
  preamble: readonly Statement[],
  work: (session: Session) => Promise<T>,
): Promise<T> {
  let isOver = false;
  const session: Session = {
    async query(text, params) {
      // The connection may be somebody else's by now, with another tenant set.
      if (isOver) throw new Error("this transaction is over; await every statement before it ends");
      return (await run([{ text, params }])).rows;
    },
  };
  try {
    await run([BEGIN, ...preamble]);
    const result = await work(session);
    isOver = true;
    // COMMIT does not fail in a failed transaction: it rolls back and says so.
    if ((await run([COMMIT])).tag !== "COMMIT") throw new TransactionRolledBack();
    return result;
  } catch (error) {
    isOver = true;
    await run([ROLLBACK]).catch(() => undefined);
    throw error;
  }
}
