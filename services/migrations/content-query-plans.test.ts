import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { findAttachment, listAttachmentRows } from "../artifact/content/attachment-store.ts";
import { findBranch, listBranches } from "../artifact/content/branch-store.ts";
import { deleteIndex } from "../artifact/content/model-index-store.ts";
import { keptGraphUpTo, listRevisionRows, revisionAt } from "../artifact/content/revision-store.ts";
import { listSnapshotRows } from "../artifact/content/snapshot-store.ts";
import { deleteUnneededObjects } from "../artifact/content/stored-object-store.ts";
import { deleteExpiredUploads, findUpload, partsOf } from "../artifact/content/upload-store.ts";
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
  `INSERT INTO model_items (tenant_id, index_id, item_id, artifact_id, kind, key, type, name)
   SELECT $1::uuid, gen_random_uuid(), 'i' || n, gen_random_uuid(), 2, '', 'task', 'task number ' || n FROM ${rows}`,
  `INSERT INTO artifact_revisions (tenant_id, stream_id, version, artifact_id, origin, author, comment, patch_id,
     change_count, content, created_at)
   SELECT $1::uuid, 'artifact-' || n % 500, n, gen_random_uuid(), 2, 'a', '', '', 1, '{}', now() FROM ${rows}`,
  `INSERT INTO model_graphs (tenant_id, stream_id, version, object, created_at)
   SELECT $1::uuid, 'artifact-' || n % 500, n, 'x', now() FROM ${rows}`,
  `INSERT INTO artifact_branches (tenant_id, branch_id, artifact_id, branch, base_stream_id, base_version, version, content,
     created_by, created_at, updated_at)
   SELECT $1::uuid, gen_random_uuid(), gen_random_uuid(), 'b' || n, 's', 1, 1, '{}', 'a', now(), now() FROM ${rows}`,
  `INSERT INTO artifact_attachments (tenant_id, attachment_id, artifact_id, name, media_type, size_bytes, sha256, created_by,
     created_at)
   SELECT $1::uuid, gen_random_uuid(), gen_random_uuid(), 'a', 't', 1, 'x', 'a', now() FROM ${rows}`,
  `INSERT INTO artifact_snapshots (tenant_id, snapshot_id, artifact_id, name, description, branch, stream_id, version, sha256,
     size_bytes, media_type, file_name, created_by, created_at)
   SELECT $1::uuid, gen_random_uuid(), gen_random_uuid(), 'a', '', 'main', 's', 1, 'x', 1, 't', 'f', 'a', now() FROM ${rows}`,
  `INSERT INTO uploads (tenant_id, upload_id, user_id, name, size_bytes, sha256, created_at, expires_at)
   SELECT $1::uuid, gen_random_uuid(), 'a', 'f', 1, '', now(), now() + interval '1 day' FROM ${rows}`,
  `INSERT INTO upload_parts (tenant_id, upload_id, part_offset, object)
   SELECT tenant_id, upload_id, 0, 'x' FROM uploads WHERE tenant_id = $1::uuid LIMIT $2::int`,
  `INSERT INTO stored_objects (tenant_id, sha256, size_bytes, needed, touched_at)
   SELECT $1::uuid, 'x' || n, 1, 1, now() FROM ${rows}`,
];

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
        sent.push(...statements.slice(-1));
        return driver.batch(statements);
      },
      transaction: (preamble, work) =>
        driver.transaction(preamble, (session) =>
          work({
            query(text, params) {
              sent.push({ text, params });
              return session.query(text, params);
            },
          }),
        ),
    });
  }, 60_000);

  async function plansOf(query: () => Promise<unknown>, asSystem = false): Promise<string> {
    sent.length = 0;
    await query();
    const { database } = given();
    const plans: string[] = [];
    for (const { text, params } of sent) {
      const ask = async (tx: Reader) => (await tx.query(`EXPLAIN ${text}`, params)).flat().join("\n");
      plans.push(await (asSystem ? database.systemTransaction(ask) : database.transaction(mine, ask)));
    }
    return plans.join("\n");
  }

  const queries: Record<string, (reader: Reader) => Promise<unknown>> = {
    "what was in force at a version": (reader) => revisionAt(reader, "artifact-7", 9),
    "the revisions of a stream": (reader) => listRevisionRows(reader, "artifact-7", { before: 9, limit: 21 }),
    "the newest graph": (reader) => keptGraphUpTo(reader, "artifact-7", 9),
    "a branch by its name": (reader) => findBranch(reader, uuidv7(), "b1"),
    "the branches of an artifact": (reader) => listBranches(reader, uuidv7()),
    "the attachments of an artifact": (reader) => listAttachmentRows(reader, uuidv7(), page),
    "an attachment": (reader) => findAttachment(reader, uuidv7(), uuidv7()),
    "the snapshots of an artifact": (reader) => listSnapshotRows(reader, uuidv7(), page),
    "an upload": (reader) => findUpload(reader, "a", uuidv7(), new Date()),
    "the parts of an upload": (reader) => partsOf(reader, uuidv7()),
  };

  it.each(Object.entries(queries))("%s are found by an index", async (_, query) => {
    const plan = await plansOf(() => query(recording.reader(mine)));
    expect(plan).toMatch(/Index|Bitmap/);
    expect(plan).not.toContain("Seq Scan");
  });

  it("rows of an index that is in force no more are found by an index", async () => {
    const place = { artifactId: uuidv7(), indexId: uuidv7() };
    expect(await plansOf(() => deleteIndex(recording, mine, place))).not.toContain("Seq Scan on model_items");
  });

  it.each([
    ["uploads", () => recording.systemTransaction((tx) => deleteExpiredUploads(tx, new Date(0)))],
    ["objects", () => recording.systemTransaction((tx) => deleteUnneededObjects(tx, new Date(0)))],
  ])("%s to sweep are found by an index", async (_, sweep) => {
    const plan = await plansOf(sweep, true);
    expect(plan).toMatch(/Index|Bitmap/);
    expect(plan).not.toContain("Seq Scan");
  });

  it.each([
    ["small", mine, "Index"],
    ["large", theirs, "model_items_words"],
  ])("words of a %s tenant's elements are found by an index", async (_, tenant, index) => {
    const [[body]] = (await given().driver.batch([
      { text: "SELECT prosrc FROM pg_proc WHERE proname = 'model_items_with_words'", params: [] },
    ])) as [[string]];
    const plan = await given().database.transaction(tenant, async (tx) => {
      await tx.query("SET LOCAL ROLE ameide_search", []);
      await tx.query("SET LOCAL plan_cache_mode = force_generic_plan", []);
      const named = body.replaceAll(/\bquery\b/g, "$1").replaceAll(/\bmost\b/g, "5000");
      const text = named.replaceAll(/\bindexes\b/g, "$2").replaceAll(/\btypes\b/g, "$3");
      await tx.query(`PREPARE item_words(text, uuid[], text[]) AS ${text}`, []);
      const lines = await tx.query("EXPLAIN EXECUTE item_words('number 17', NULL, NULL)", []);
      await tx.query("DEALLOCATE item_words", []);
      return lines.flat().join("\n");
    });
    expect(plan).toContain(index);
    expect(plan).not.toContain("Seq Scan");
  });
}

describe("with 20,000 rows of another tenant", () => {
  forEachDatabase(suite);
});
