import { describe, expect, it } from "vitest";
import { joinBatches } from "./joined-batches.ts";
import { openPglite } from "./pglite-driver.ts";
import type { Rows, Statement } from "./sql-driver.ts";
import { createTurns } from "./turns.ts";

const asTenant = (tenant: string): Statement => ({ text: "set tenant", params: [tenant] });
const ask = (question: string): Statement => ({ text: "ask", params: [question] });

/** Answers each question with the tenant's name and itself; "fail" fails everything that is run with it. */
function recorded() {
  const runs: string[][] = [];
  const runEach = (statements: readonly Statement[]): Promise<Rows[]> => {
    const params = statements.map((statement) => String(statement.params[0]));
    runs.push(params);
    if (params.includes("fail")) return Promise.reject(new Error("failed"));
    return Promise.resolve(params.map((param) => [[params[0], param]]));
  };
  return { runs, batch: joinBatches(runEach, createTurns()) };
}

describe("batches that arrive together", () => {
  it("are run as one, and each gets its own rows", async () => {
    const { runs, batch } = recorded();
    const answers = await Promise.all(["a", "b", "c"].map((q) => batch([asTenant("acme"), ask(q)])));
    expect(answers).toEqual([[["acme", "a"]], [["acme", "b"]], [["acme", "c"]]]);
    expect(runs).toEqual([["acme", "a", "b", "c"]]);
  });

  it("are run apart when they begin otherwise", async () => {
    const { runs, batch } = recorded();
    const tenants = ["acme", "globex", "globex", "acme"];
    const answers = await Promise.all(tenants.map((tenant) => batch([asTenant(tenant), ask("q")])));
    expect(answers).toEqual(tenants.map((tenant) => [[tenant, "q"]]));
    expect(runs).toEqual([
      ["acme", "q"],
      ["globex", "q", "q"],
      ["acme", "q"],
    ]);
  });

  it("fail one by one", async () => {
    const { batch } = recorded();
    const settled = await Promise.allSettled(
      ["a", "fail", "b"].map((q) => batch([asTenant("acme"), ask(q)])),
    );
    expect(settled).toMatchObject([
      { value: [["acme", "a"]] },
      { reason: { message: "failed" } },
      { value: [["acme", "b"]] },
    ]);
  });

  it("are not joined without end", async () => {
    const { runs, batch } = recorded();
    await Promise.all(Array.from({ length: 100 }, (_, i) => batch([asTenant("acme"), ask(`q${i}`)])));
    expect(runs.map((run) => run.length - 1)).toEqual([32, 32, 32, 4]);
  });
});

describe("on PGlite", () => {
  const get = { text: "SELECT current_setting('app.tenant_id'), $1::text", params: ["x"] };
  const set = (tenant: string) => ({
    text: "SELECT set_config('app.tenant_id', $1, true)",
    params: [tenant],
  });

  it("nobody sees another tenant, and what fails takes nobody along", async () => {
    const driver = await openPglite(undefined);
    await driver.script("CREATE TABLE seen (n int PRIMARY KEY)");
    const insert = (n: number) => ({ text: "INSERT INTO seen VALUES ($1) RETURNING n", params: [n] });
    const asked = Array.from({ length: 200 }, (_, i) => ({
      i,
      tenant: `tenant-${i >> 4}`,
      writes: i % 10 === 0,
    }));
    const settled = await Promise.allSettled(
      asked.map(({ i, tenant, writes }) => driver.batch([set(tenant), writes ? insert(i >> 5) : get])),
    );
    const read = settled.filter((_, i) => !asked[i]?.writes);
    const tenants = asked.filter(({ writes }) => !writes).map(({ tenant }) => tenant);
    expect(read).toEqual(tenants.map((tenant) => ({ status: "fulfilled", value: [[tenant, "x"]] })));
    const written = settled.filter((result, i) => asked[i]?.writes && result.status === "fulfilled");
    const rows = await driver.batch([{ text: "SELECT n FROM seen ORDER BY n", params: [] }]);
    expect(rows).toEqual([[0], [1], [2], [3], [4], [5]]);
    expect(written.length).toBe(rows.length);
    await driver.close();
  });

  it("what was asked before it is closed is answered", async () => {
    const driver = await openPglite(undefined);
    const answer = driver.batch([set("acme"), get]);
    await driver.close();
    expect(await answer).toEqual([["acme", "x"]]);
  });
});
