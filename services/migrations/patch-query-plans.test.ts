import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { listProvenance } from "../graphpatch/provenance-store.ts";
import { findPatches, listMerges, listPatchRows, type PatchFilter } from "../graphpatch/store.ts";
import { createDatabase, type Database, type Reader } from "../platform/db/database.ts";
import type { Statement } from "../platform/db/sql-driver.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";

const ROWS = 20_000;
const mine = uuidv7();
const theirs = uuidv7();
const page = { after: { sortKey: new Date().toISOString(), id: uuidv7() }, limit: 21 };
const rows = "generate_series(1, $2::int) n";

/** Rows of one tenant: `$1` is the tenant, `$2` how many. */
const FILL = [
  `INSERT INTO graph_patches (tenant_id, patch_id, artifact_id, branch, status, origin, author, agent_id, run_id,
     merged_branch, merged_version, applied_version, reverted, patch, version, created_at, updated_at)
   SELECT $1::uuid, gen_random_uuid(), gen_random_uuid(), 'main', 1, 1, 'a', '', 'run-' || n, 'draft', 1, 1, false, '',
     1, now() - n * interval '1 s', now() FROM ${rows}`,
  `INSERT INTO model_provenance (tenant_id, stream_id, item_id, item_kind, view_id, field, version, patch_id,
     operation_id, removed, created_at)
   SELECT $1::uuid, 'artifact-' || n % 500, 'i' || n, 2, '', 'name', n, gen_random_uuid(), '1', false, now() FROM ${rows}`,
];

const all: PatchFilter = {
  artifactId: "",
  branch: "",
  statuses: [],
  origins: [1, 3, 4],
  authorUserId: "",
  authorAgentId: "",
  runId: "",
};
const stretches = [{ streamId: "artifact-7", upTo: 9 }];
const answerable = { stretches, itemIds: [], field: "", overwritten: { all: undefined, fields: [] } };
const changed = { itemId: "i7", itemKind: 1, viewId: "", age: 0, version: 3 };
const fields = [
  { ...changed, field: "" },
  { ...changed, field: "name" },
];
const overwritten = { all: { age: 1, version: 2 }, fields };
const first = { offset: 0, limit: 21 };

const QUERIES: Record<string, (reader: Reader) => Promise<unknown>> = {
  "patches by id": (reader) => findPatches(reader, [uuidv7(), uuidv7()]),
  "the patches of a tenant": (reader) => listPatchRows(reader, all, page),
  "the patches of an artifact": (reader) => listPatchRows(reader, { ...all, artifactId: uuidv7() }, page),
  "the patches of a run": (reader) => listPatchRows(reader, { ...all, runId: "run-9" }, page),
  "the merges of two branches": (reader) => listMerges(reader, uuidv7(), ["main", "draft"], new Date(0)),
  "who is answerable for a model": (reader) => listProvenance(reader, answerable, first),
  "who is answerable since imports": (reader) =>
    listProvenance(reader, { ...answerable, overwritten }, first),
  "who is answerable for an element": (reader) =>
    listProvenance(reader, { ...answerable, itemIds: ["i7"] }, first),
};

/** How a query of ours would be executed: what it sends, behind EXPLAIN. */
function suite(given: GivenDatabase): void {
  const sent: Statement[] = [];
  let recording: Database;

  beforeAll(async () => {
    const { driver, database } = given();
    for (const [tenant, count] of [
      [mine, 40],
      [theirs, ROWS],
    ] as const)
      await database.transaction(tenant, async (tx) => {
        for (const text of FILL) await tx.query(text, [tenant, count]);
      });
    await driver.script("SET ROLE NONE; ANALYZE; SET ROLE ameide_app");
    recording = createDatabase({
      ...driver,
      batch(statements) {
        const statement = statements.at(-1);
        if (statement) sent.push(statement);
        return driver.batch(statements);
      },
    });
  }, 60_000);

  it.each(Object.entries(QUERIES))("%s: by an index", async (_name, query) => {
    sent.length = 0;
    await query(recording.reader(mine));
    expect(sent.length).toBeGreaterThan(0);
    for (const { text, params } of sent) {
      const plan = await given().database.transaction(mine, (tx) => tx.query(`EXPLAIN ${text}`, params));
      expect(plan.flat().join("\n")).not.toContain("Seq Scan");
    }
  });
}

describe("with many rows of another tenant", () => {
  forEachDatabase(suite);
});
