import { describe, expect, it } from "vitest";
import { loadModel } from "../artifact/index.ts";
import type { Graph } from "../notation/graph.ts";
import { onPglite, type GivenDatabase } from "../testing/databases.ts";
import { generateModel } from "../testing/model-graphs.ts";
import { openProjectionWorld } from "../testing/projection-world.ts";
import { findingsOf } from "./model-findings.ts";

function suite(given: GivenDatabase): void {
  async function world(graph: Graph) {
    const { deps, actor, mint } = openProjectionWorld(given().database);
    const { tenantId } = actor;
    const model = await loadModel(deps, tenantId, { artifactId: await mint(graph), branch: "" });
    const jobs: string[] = [];
    let isDown = false;
    const codecs: typeof deps.codecs = {
      ...deps.codecs,
      run(job, options) {
        jobs.push(job.do);
        return isDown ? Promise.reject(new Error("the thread ended")) : deps.codecs.run(job, options);
      },
    };
    const rule = { id: "tenant/named", severity: "error", says: "Named so.", of: "element" };
    const own = [{ ...rule, condition: { field: "name", equals: "nobody is called so" } }];
    return {
      jobs,
      setDown: (value: boolean) => void (isDown = value),
      find: () => findingsOf({ ...deps, codecs }, tenantId, model),
      saveRules: () =>
        deps.database.transaction(tenantId, (tx) =>
          tx.query(
            `INSERT INTO model_rules (tenant_id, rules, version, updated_by, updated_at)
             VALUES ($1::uuid, $2::jsonb, 1, 'a', now())`,
            [tenantId, JSON.stringify(own)],
          ),
        ),
    };
  }

  it("a small model is checked here", async () => {
    const { jobs, find, saveRules } = await world(generateModel("uml", 20));
    await find();
    await saveRules();
    const { rules, violations } = await find();
    expect(rules.map(({ id }) => id)).toContain("tenant/named");
    expect(violations.map(({ code }) => code)).toContain("tenant/named");
    expect(jobs).toEqual([]);
  });

  // Seen to fail when the findings are made here whatever the size.
  it("a large one is checked in a thread, once for each version of the rules", async () => {
    const { jobs, setDown, find, saveRules } = await world(generateModel("uml", 3100));
    setDown(true);
    await expect(find()).rejects.toThrow("the thread ended");
    setDown(false);
    await Promise.all([find(), find()]);
    await find();
    expect(jobs).toEqual(["check", "check"]);
    await saveRules();
    const { violations } = await find();
    expect(violations.map(({ code }) => code)).toContain("tenant/named");
    expect(jobs).toEqual(["check", "check", "check"]);
  });
}

describe("findings", () => {
  onPglite(suite);
});
