import type { Database } from "../platform/db/database.ts";

export interface CrashingDatabase {
  database: Database;
  crashed: Promise<void>;
}

/** Stops answering at the `operation`th transaction: before it took effect, or after. As if its process had died. */
export function crashingAt(
  database: Database,
  operation: number,
  moment: "before" | "after",
): CrashingDatabase {
  const { promise: crashed, resolve: crash } = Promise.withResolvers<void>();
  let isDead = false;
  const never = () => {
    isDead = true;
    crash();
    return new Promise<never>(() => undefined);
  };
  let operations = 0;
  const crashing: Database = {
    ...database,
    async transaction(tenantId, work) {
      operations += 1;
      if (operations > operation || (operations === operation && moment === "before")) return never();
      const result = await database.transaction(tenantId, work);
      return operations === operation ? never() : result;
    },
    // Leases are no writes of a run: they are not counted, and end with the others.
    systemTransaction: (work) => (isDead ? never() : database.systemTransaction(work)),
  };
  return { database: crashing, crashed };
}

/** The first so many transactions, each before and after it took effect. */
export const crashMoments = (operations: number) =>
  Array.from({ length: operations }, (_, i) => i + 1).flatMap((n) => [
    [n, "before"] as const,
    [n, "after"] as const,
  ]);
