import { describe, expect, it } from "vitest";
import { getTableConfig, PgTable } from "drizzle-orm/pg-core";
import * as agentTables from "../inference/agents/tables.ts";
import * as artifactTables from "../artifact/tables.ts";
import * as budgetTables from "../budget/tables.ts";
import * as chatTables from "../chat/tables.ts";
import * as cacheTables from "../execution/models/cache/tables.ts";
import * as checkpointTables from "../execution/checkpoints/tables.ts";
import * as patchTables from "../graphpatch/tables.ts";
import * as runTables from "../inference/tables.ts";
import * as commandTables from "../platform/command/tables.ts";
import * as consumerTables from "../platform/event-consumer/tables.ts";
import * as eventTables from "../platform/event-store/tables.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";

/** Tables of no tenant, which only the system sees: migrations, how far the relay of events is, how providers are. */
const OF_THE_SYSTEM = "{schema_migrations,relay_checkpoints,provider_health}";
const OWN_ROWS = "(tenant_id = current_tenant())";

/** What roles other than the app's may see: all rows, of all tenants. */
const OTHER_POLICIES = [
  "chat_messages.search: SELECT to ameide_search using true check null",
  "chats.search: SELECT to ameide_search using true check null",
  "consumed_events.sweep: ALL to ameide_system using true check false",
  "events.feed: SELECT to ameide_system using true check null",
  "model_cache.sweep: ALL to ameide_system using true check false",
  "model_imports.sweep: ALL to ameide_system using true check false",
  "model_items.search: SELECT to ameide_search using true check null",
  "provider_health.health: ALL to ameide_system using true check true",
  "relay_checkpoints.relay: ALL to ameide_system using true check true",
  "request_log.sweep: ALL to ameide_system using true check false",
  "run_leases.queue: ALL to ameide_system using true check true",
  "stored_objects.sweep: ALL to ameide_system using true check false",
  "uploads.sweep: ALL to ameide_system using true check false",
];
const OTHER_GRANTS = [
  "ameide_search chat_messages SELECT",
  "ameide_search chats SELECT",
  "ameide_search model_items SELECT",
  "ameide_system consumed_events DELETE",
  "ameide_system consumed_events SELECT",
  "ameide_system events SELECT",
  "ameide_system model_cache DELETE",
  "ameide_system model_imports SELECT",
  ...["DELETE", "INSERT", "SELECT", "UPDATE"].map((right) => `ameide_system provider_health ${right}`),
  "ameide_system relay_checkpoints INSERT",
  "ameide_system relay_checkpoints SELECT",
  "ameide_system relay_checkpoints UPDATE",
  "ameide_system request_log DELETE",
  "ameide_system run_leases SELECT",
  "ameide_system run_leases UPDATE",
  "ameide_system stored_objects DELETE",
  "ameide_system uploads DELETE",
];
const COLUMN_GRANTS = [
  ...["expires_at", "key", "tenant_id"].map((column) => `ameide_system model_cache.${column} SELECT`),
  ...["created_at", "request_id", "tenant_id", "user_id"].map(
    (column) => `ameide_system request_log.${column} SELECT`,
  ),
  ...["needed", "sha256", "tenant_id", "touched_at"].map(
    (column) => `ameide_system stored_objects.${column} SELECT`,
  ),
  ...["expires_at", "tenant_id", "upload_id"].map((column) => `ameide_system uploads.${column} SELECT`),
];
/** Tables of which the app may not delete or change rows. */
const APPEND_ONLY = [
  "agent_overrides",
  "agent_versions",
  "artifact_revisions",
  "artifact_snapshots",
  "events",
  "model_graphs",
  "usage_ledger",
];

const TABLES = `
  SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, a.atttypid = 'uuid'::regtype AND a.attnotnull
  FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'f', 'v', 'm') AND c.relname <> ALL ($1::text[])
  ORDER BY c.relname`;
const POLICIES = `
  SELECT tablename || '.' || policyname || ': ' || cmd || ' to ' || array_to_string(roles, ',')
    || ' using ' || COALESCE(qual, 'null') || ' check ' || COALESCE(with_check, 'null')
  FROM pg_policies WHERE schemaname = 'public' AND permissive = 'PERMISSIVE' ORDER BY 1`;
const GRANTS = `
  SELECT COALESCE(r.rolname, 'PUBLIC') || ' ' || c.relname || ' ' || acl.privilege_type
  FROM pg_class c, aclexplode(c.relacl) acl LEFT JOIN pg_roles r ON r.oid = acl.grantee
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND acl.grantee <> c.relowner ORDER BY 1`;
const GRANTS_ON_COLUMNS = `
  SELECT COALESCE(r.rolname, 'PUBLIC') || ' ' || c.relname || '.' || a.attname || ' ' || acl.privilege_type
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, aclexplode(a.attacl) acl
  LEFT JOIN pg_roles r ON r.oid = acl.grantee
  WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1`;
const COLUMNS = `
  SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    AND c.relname <> ALL ($1::text[])`;

function suite(given: GivenDatabase): void {
  const ask = (text: string, ...params: unknown[]) => given().driver.batch([{ text, params }]);
  const list = async (text: string, ...params: unknown[]) =>
    (await ask(text, ...params)).map(([first]) => first as string);

  it("every table but the system's own has a tenant and row-level security, enabled and forced", async () => {
    const tables = await ask(TABLES, OF_THE_SYSTEM);
    expect(tables.length).toBeGreaterThan(10);
    expect(tables).toEqual(tables.map(([name]) => [name, true, true, true]));
  });

  // Seen to fail when a migration's policies say `USING (true)`.
  it("the app sees and writes a tenant's own rows and nothing else", async () => {
    const ofApp = (await list(POLICIES)).filter((policy) => policy.includes("ameide_app"));
    const names = await list(TABLES, OF_THE_SYSTEM);
    expect(ofApp).toEqual(
      names.map((name) => `${name}.tenant: ALL to ameide_app using ${OWN_ROWS} check ${OWN_ROWS}`).toSorted(),
    );
  });

  it("other roles have the policies and grants of this list and no more", async () => {
    const policies = await list(POLICIES);
    expect(policies.filter((policy) => !policy.includes("ameide_app"))).toEqual(OTHER_POLICIES);
    const grants = await list(GRANTS);
    expect(grants.filter((grant) => !grant.startsWith("ameide_app "))).toEqual(OTHER_GRANTS);
    expect(await list(GRANTS_ON_COLUMNS)).toEqual(COLUMN_GRANTS);
  });

  it("the app has only the four grants on rows, and on history only two", async () => {
    const grants = (await list(GRANTS)).filter((grant) => grant.startsWith("ameide_app "));
    const kinds = new Set(grants.map((grant) => grant.split(" ")[2]));
    expect([...kinds].toSorted()).toEqual(["DELETE", "INSERT", "SELECT", "UPDATE"]);
    const ofHistory = grants.filter((grant) => APPEND_ONLY.includes(grant.split(" ")[1] ?? ""));
    expect(ofHistory).toEqual(
      APPEND_ONLY.flatMap((table) => ["INSERT", "SELECT"].map((kind) => `ameide_app ${table} ${kind}`)),
    );
  });

  it("no role of ours logs in, bypasses row-level security or may create anything", async () => {
    const roles = `
      SELECT rolname, rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb,
        has_schema_privilege(rolname, 'public', 'CREATE')
      FROM pg_roles WHERE rolname IN ('ameide_app', 'ameide_system', 'ameide_search') ORDER BY 1`;
    expect(await ask(roles)).toEqual([
      ["ameide_app", false, false],
      ["ameide_search", false, false],
      ["ameide_system", false, false],
    ]);
  });

  it("only the search runs with the rights of another role, on a fixed path, for the app alone", async () => {
    const definers = `
      SELECT proname, pg_get_userbyid(proowner), array_to_string(proconfig, ';'),
        array_to_string(ARRAY(SELECT grantee::regrole::text FROM aclexplode(proacl)
          WHERE grantee <> proowner ORDER BY 1), ',')
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef ORDER BY 1`;
    expect(await ask(definers)).toEqual([
      ["chats_with_words", "ameide_search", "search_path=public, pg_temp", "ameide_app"],
      ["model_items_with_words", "ameide_search", "search_path=public, pg_temp", "ameide_app"],
    ]);
  });

  it("what the code believes of the columns is what the database has", async () => {
    const described = [
      agentTables,
      artifactTables,
      budgetTables,
      chatTables,
      cacheTables,
      checkpointTables,
      patchTables,
      runTables,
      commandTables,
      consumerTables,
      eventTables,
    ]
      .flatMap((module) => Object.values<unknown>(module))
      .filter((value) => value instanceof PgTable)
      .flatMap((table) => {
        const { name, columns } = getTableConfig(table);
        return columns.map(
          (column) => `${name}.${column.name} ${column.getSQLType()}${column.notNull ? "" : " null"}`,
        );
      });
    const stored = (await ask(COLUMNS, OF_THE_SYSTEM)).map(
      ([table, column, type, isNotNull]) => `${table}.${column} ${type}${isNotNull ? "" : " null"}`,
    );
    expect(described.toSorted()).toEqual(stored.toSorted());
  });
}

describe("the catalogue", () => {
  forEachDatabase(suite);
});
