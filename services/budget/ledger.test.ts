import { UsageDimension } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startBudgetWorld, startOf, type BudgetWorld } from "../testing/budget-world.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";
import type { Caller } from "../testing/test-server.ts";
import { forEachDatabase } from "../testing/databases.ts";
import { actorOf } from "../testing/test-slices.ts";
import { exportUsage } from "./export-usage.ts";
import { cell, CSV_HEADER } from "./usage-csv.ts";

const { USER, AGENT, MODEL, TEAM, DAY, MONTH, CHAT, RUN } = UsageDimension;

/** As spreadsheets read it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted === undefined ? (plain ?? "") : quoted.replaceAll('""', '"'));
    if (end !== ",") rows.push([]);
  }
  return rows.slice(0, -1);
}

async function csvOf(pieces: AsyncIterable<{ csv: Uint8Array }>): Promise<{ text: string; largest: number }> {
  let [text, largest] = ["", 0];
  for await (const { csv } of pieces) {
    text += Buffer.from(csv).toString();
    largest = Math.max(largest, csv.length);
  }
  return { text, largest };
}

describe("a cell of the export", () => {
  it.each([
    ["plain", "plain"],
    ['say "hi", twice', '"say ""hi"", twice"'],
    ["two\r\nlines", '"two\r\nlines"'],
    ["=cmd()", "'=cmd()"],
    ['+SUM("a,b")', `"'+SUM(""a,b"")"`],
    ["-1+1", "'-1+1"],
    ["@x", "'@x"],
    ["\tx", "'\tx"],
    [-5, "-5"],
    [false, "false"],
  ])("of %j is %j", (value, written) => {
    expect(cell(value)).toBe(written);
  });
});

describe("the ledger over the wire", () => {
  let world: BudgetWorld;
  let user: Caller;
  let admin: Caller;
  beforeAll(async () => {
    world = await startBudgetWorld();
    user = await world.server.as({ teams: ["=blue"] });
    admin = await user.colleague("admin", "root");
    await Promise.all([run(user), run(user, "tools"), run(admin)]);
  });
  afterAll(() => world.close());

  async function run(caller: Caller, agentId = "simple-chat"): Promise<void> {
    const request = startOf("hello", { agentId });
    await readInto(createRunLine(), caller.inference.generate({ run: request }));
  }

  it("is summed by any dimension, page by page, and adds up to its whole", async () => {
    const { totalCostMicros } = await admin.budgets.listUsage({});
    for (const groupBy of [
      [],
      [USER],
      [AGENT, USER],
      [MODEL],
      [CHAT],
      [TEAM],
      [DAY],
      [MONTH, AGENT],
      [RUN],
    ]) {
      const sums = [];
      let pageToken = "";
      do {
        const page = await admin.budgets.summarizeUsage({ groupBy, pageSize: 1, pageToken });
        sums.push(...page.summaries);
        pageToken = page.nextPageToken;
      } while (pageToken !== "");
      expect(sums.reduce((all, { costMicros }) => all + costMicros, 0n)).toBe(totalCostMicros);
      expect(sums.reduce((all, { calls }) => all + calls, 0n)).toBe(3n);
      const keys = sums.map(({ values }) => values.join("\n"));
      expect(new Set(keys).size).toBe(keys.length);
    }
    const { summaries } = await admin.budgets.summarizeUsage({ groupBy: [AGENT, DAY] });
    const today = new Date().toISOString().slice(0, 10);
    expect(summaries).toMatchObject([
      { values: ["simple-chat", today], calls: 2n, currency: "USD" },
      { values: ["tools", today], calls: 1n },
    ]);
  });

  it("shows everybody their own, and an admin everybody's, by any filter", async () => {
    const of = async (caller: Caller, filter: object) =>
      (await caller.budgets.listUsage(filter)).entries.map(({ userId, agentId }) => `${userId} ${agentId}`);
    expect(await of(user, {})).toHaveLength(2);
    expect(await of(user, { agentId: "tools" })).toEqual([`${user.userId} tools`]);
    expect(await of(user, { userId: "root" })).toEqual([]);
    expect(await of(admin, { userId: "root" })).toEqual(["root simple-chat"]);
    expect(await of(admin, { model: "fake/fake" })).toHaveLength(3);
    expect(await of(admin, { model: "fake/other" })).toEqual([]);
    expect((await user.budgets.summarizeUsage({ groupBy: [USER] })).summaries).toMatchObject([
      { values: [user.userId], calls: 2n },
    ]);
  });

  it("is a file that any spreadsheet reads and none runs", async () => {
    const { text } = await csvOf(admin.budgets.exportUsage({}));
    const [header = [], ...rows] = parseCsv(text);
    expect(`${header.join(",")}\r\n`).toBe(CSV_HEADER);
    const { entries } = await admin.budgets.listUsage({});
    const at = (name: string) => header.indexOf(name);
    expect(rows.map((row) => row[at("usage_entry_id")])).toEqual(
      entries.map(({ usageEntryId }) => usageEntryId).toReversed(),
    );
    expect(rows.map((row) => row[at("cost_micros")])).toEqual(
      entries.map(({ costMicros }) => String(costMicros)).toReversed(),
    );
    expect(new Set(rows.map((row) => row[at("team_id")]))).toEqual(new Set(["'=blue"]));
    const own = parseCsv((await csvOf(user.budgets.exportUsage({ agentId: "tools" }))).text);
    expect(own).toHaveLength(2);
  });
});

forEachDatabase((given) => {
  it("30,000 bookings are exported in pieces of a bounded size, each once", async () => {
    const { database } = given();
    const admin = actorOf({ roles: ["admin"] });
    await database.transaction(admin.tenantId, (tx) =>
      tx.sql.execute(sql`
        INSERT INTO usage_ledger (tenant_id, usage_entry_id, run_id, call_id, agent_id, user_id, model, input_tokens,
          output_tokens, cost_micros, currency, price_version, aborted, created_at)
        SELECT ${admin.tenantId}::uuid, gen_random_uuid(), gen_random_uuid(), '1.1', 'a', 'ada', 'm', 1, 1, n, 'USD',
          'v', false, timestamptz '2026-01-01' + (n / 7) * interval '1 millisecond'
        FROM generate_series(1, 30000) n`),
    );
    const asked = { runId: "", chatId: "", agentId: "", userId: "", model: "", teamId: "" };
    const request = { $typeName: "ameide.budget.v1.ExportUsageRequest" as const, ...asked };
    const { text, largest } = await csvOf(exportUsage({ database }, admin, request));
    const [header = [], ...rows] = parseCsv(text);
    expect(rows).toHaveLength(30_000);
    expect(new Set(rows.map((row) => row[header.indexOf("cost_micros")])).size).toBe(30_000);
    expect(largest).toBeLessThan(400_000);
  });
});
