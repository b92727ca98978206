import { sql } from "drizzle-orm";
import { v7 as uuidv7 } from "uuid";
import { expect, it, vi } from "vitest";
import { SWEEP_ROWS } from "../platform/db/sweep-rows.ts";
import { createLog } from "../platform/telemetry/log.ts";
import { forEachDatabase } from "../testing/databases.ts";
import { startSweeper } from "./sweeper.ts";

forEachDatabase((given) => {
  it("deletes in short transactions what is older than it is kept, and waits for what is under way", async () => {
    const { database } = given();
    const tenantId = uuidv7();
    const rows = SWEEP_ROWS + 10;
    const insert = (count: number, age: string) =>
      database.transaction(tenantId, (tx) =>
        tx.sql.execute(sql`
          INSERT INTO request_log (tenant_id, user_id, request_id, request_hash, response, created_at)
          SELECT ${tenantId}::uuid, 'u', gen_random_uuid(), '', '', now() - ${age}::interval - make_interval(secs => i)
          FROM generate_series(1, ${count}::int) i`),
      );
    await insert(rows, "49 hours");
    await insert(1, "47 hours");
    const transactions = vi.spyOn(database, "systemTransaction");
    const nothing = { sweepAnswers: async () => 0, sweepContent: async () => 0 };
    const sweeper = startSweeper({ database, now: () => new Date(), log: createLog("silent"), ...nothing });
    const left = async () => {
      const counted = await database
        .reader(tenantId)
        .sql.execute(sql`SELECT count(*)::int FROM request_log WHERE tenant_id = ${tenantId}::uuid`);
      return Number((counted as unknown as [unknown][])[0]?.[0]);
    };
    // Two for the requests, one for each of the others.
    await expect.poll(() => transactions.mock.calls.length).toBe(4);
    await sweeper.stop();
    expect(await left()).toBe(1);
    expect(transactions).toHaveBeenCalledTimes(4);
  });
});
