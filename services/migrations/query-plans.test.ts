import { v7 as uuidv7 } from "uuid";
import { beforeAll, describe, expect, it } from "vitest";
import { listArtifactRows } from "../artifact/store.ts";
import { latestMessages, listMessages } from "../chat/message-store.ts";
import { countChatRows, findChat, listChatRows } from "../chat/store.ts";
import { claimNamedRuns, claimRuns } from "../inference/lease-store.ts";
import { findRun, listRunRows } from "../inference/store.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { createInProcessBus } from "../platform/bus/in-process-bus.ts";
import { sweepRequestLog } from "../platform/command/request-log-store.ts";
import { createDatabase, type Database, type Reader, type Tx } from "../platform/db/database.ts";
import type { Statement } from "../platform/db/sql-driver.ts";
import { createEventStore } from "../platform/event-store/event-store.ts";
import { sweepConsumedEvents } from "../platform/event-consumer/consumed-event-store.ts";
import { FEED_START, readFeed } from "../platform/event-store/feed.ts";
import { REGISTRY } from "../testing/contracts/event-fixture.ts";
import { forEachDatabase, type GivenDatabase } from "../testing/databases.ts";

const ROWS = 20_000;
const mine = uuidv7();
const theirs = uuidv7();
const actor: Actor = { tenantId: mine, userId: "alice", roles: ["editor"], teams: ["red"], traceId: "" };
const page = { after: { sortKey: new Date().toISOString(), id: uuidv7() }, limit: 21 };
const allChats = { filter: undefined, words: "" };

/** Rows of one tenant: `$1` is the tenant, `$2` how many. */
const FILL = [
  `INSERT INTO chats (tenant_id, chat_id, user_id, title, visibility, agent_id, version, created_at, updated_at)
   SELECT $1::uuid, gen_random_uuid(), 'alice', 'the quick fox ' || n, 1, 'simple-chat', 1, now(), now() - n * interval '1 s'
   FROM generate_series(1, $2::int) n`,
  `INSERT INTO chat_messages (tenant_id, chat_id, version, message_id, message, tokens, words)
   SELECT $1::uuid, chat_id, v, gen_random_uuid(), 'x', 1, to_tsvector('simple', 'message number ' || row_number() OVER ())
   FROM chats, generate_series(1, 2) v WHERE tenant_id = $1::uuid LIMIT $2::int`,
  `INSERT INTO artifacts (tenant_id, artifact_id, title, kind, created_by, version, created_at, updated_at)
   SELECT $1::uuid, gen_random_uuid(), 'process ' || n, 'bpmn', 'alice', 1, now(), now() - n * interval '1 s'
   FROM generate_series(1, $2::int) n`,
  `INSERT INTO runs (tenant_id, run_id, user_id, agent_id, agent_version, model, state, version, created_at)
   SELECT $1::uuid, gen_random_uuid(), 'alice', 'simple-chat', '1', 'm', 3, 1, now() - n * interval '1 s'
   FROM generate_series(1, $2::int) n`,
  `INSERT INTO events (tenant_id, stream_id, stream_version, type, data, metadata)
   SELECT $1::uuid, 'chat-' || n % 1000, n, 't', 'x', 'x' FROM generate_series(1, $2::int) n`,
  `INSERT INTO request_log (tenant_id, user_id, request_id, request_hash)
   SELECT $1::uuid, 'alice', gen_random_uuid(), 'x' FROM generate_series(1, $2::int)`,
  `INSERT INTO consumed_events (tenant_id, consumer, event_id, consumed_at)
   SELECT $1::uuid, 'c', gen_random_uuid(), now() FROM generate_series(1, $2::int)`,
  `INSERT INTO run_leases (tenant_id, run_id, lease_until)
   SELECT $1::uuid, gen_random_uuid(), now() + interval '1 h' FROM generate_series(1, $2::int)`,
];

/** How a query of ours would be executed: what it sends, behind EXPLAIN. */
function suite(given: GivenDatabase): void {
  const sent: { statement: Statement; asSystem: boolean }[] = [];
  let recording: Database;

  beforeAll(async () => {
    const { driver, database } = given();
    for (const [tenant, rows] of [
      [mine, 40],
      [theirs, ROWS],
    ] as const) {
      await database.transaction(tenant, async (tx) => {
        for (const text of FILL) await tx.query(text, text.includes("$2") ? [tenant, rows] : [tenant]);
      });
    }
    await driver.script("SET ROLE NONE; ANALYZE; SET ROLE ameide_app");
    recording = createDatabase({
      ...driver,
      batch(statements) {
        const statement = statements.at(-1);
        if (statement) sent.push({ statement, asSystem: false });
        return driver.batch(statements);
      },
      transaction: (preamble, work) =>
        driver.transaction(preamble, (session) =>
          work({
            query(text, params) {
              sent.push({ statement: { text, params }, asSystem: true });
              return session.query(text, params);
            },
          }),
        ),
    });
  }, 60_000);

  async function explain(query: () => Promise<unknown>): Promise<string> {
    sent.length = 0;
    await query();
    const plans: string[] = [];
    for (const { statement, asSystem } of sent) {
      const ask = (tx: Tx) => tx.query(`EXPLAIN ${statement.text}`, statement.params);
      const { database } = given();
      const lines = await (asSystem ? database.systemTransaction(ask) : database.transaction(mine, ask));
      plans.push(lines.flat().join("\n"));
    }
    return plans.join("\n");
  }

  const events = createEventStore({ bus: createInProcessBus(), registry: REGISTRY, now: () => new Date() });
  const queries: Record<string, (reader: Reader) => Promise<unknown>> = {
    "a chat by its id": (reader) => findChat(reader, uuidv7()),
    "the first page of the chats": (reader) =>
      listChatRows(reader, actor, allChats, { after: undefined, limit: 21 }),
    "a further page of the chats": (reader) => listChatRows(reader, actor, allChats, page),
    "the number of chats": (reader) => countChatRows(reader, actor, allChats),
    "the newest messages of a chat": (reader) =>
      listMessages(reader, uuidv7(), { after: undefined, limit: 50, newestFirst: true }),
    "the messages that a model reads": (reader) =>
      latestMessages(reader, uuidv7(), { messages: 50, tokens: 1000, turn: 9 }),
    "a further page of messages": (reader) =>
      listMessages(reader, uuidv7(), { after: 5, limit: 50, newestFirst: false }),
    "the artifacts": (reader) => listArtifactRows(reader, { kinds: [], ...page }),
    "the artifacts of a kind": (reader) =>
      listArtifactRows(reader, { kinds: ["bpmn"], after: undefined, limit: 21 }),
    "a run by its id": (reader) => findRun(reader, uuidv7()),
    "the runs of a tenant": (reader) =>
      listRunRows(reader, { userId: undefined, chatId: "", states: [] }, page),
    "the runs of a chat": (reader) =>
      listRunRows(reader, { userId: "alice", chatId: uuidv7(), states: [] }, page),
    "the events of a stream": (reader) => events.read(reader, "none", { afterVersion: 3 }),
    "the last events of a stream": (reader) => events.readBackwards(reader, "none", { limit: 10 }),
  };

  it.each(Object.entries(queries))("%s are found by an index", async (_, query) => {
    const plan = await explain(() => query(recording.reader(mine)));
    expect(plan).toMatch(/Index|Bitmap/);
    expect(plan).not.toContain("Seq Scan");
  });

  const ofSystem: Record<string, () => Promise<unknown>> = {
    "the next events of the feed": () =>
      readFeed({ database: recording, registry: REGISTRY }, { ...FEED_START, tx: "999999999" }),
    "the old answers to sweep": () => recording.systemTransaction((tx) => sweepRequestLog(tx, new Date(0))),
    "the runs to claim": () =>
      recording.systemTransaction((tx) => claimRuns(tx, { executorId: "e", leaseSeconds: 5, limit: 10 })),
    "the runs that hints name": () =>
      recording.systemTransaction((tx) => {
        const runs = Array.from({ length: 10 }, () => ({ tenantId: theirs, runId: uuidv7() }));
        return claimNamedRuns(tx, { executorId: "e", leaseSeconds: 5, runs });
      }),
    "the handled events to sweep": () =>
      recording.systemTransaction((tx) => sweepConsumedEvents(tx, new Date(0))),
  };

  it.each(Object.entries(ofSystem))("%s are found by an index", async (_, query) => {
    const plan = await explain(query);
    expect(plan).toMatch(/Index|Bitmap/);
    expect(plan).not.toContain("Seq Scan");
  });

  async function planOfSearch(tenantId: string): Promise<string> {
    const [[body]] = (await given().driver.batch([
      { text: "SELECT prosrc FROM pg_proc WHERE proname = 'chats_with_words'", params: [] },
    ])) as [[string]];
    return given().database.transaction(tenantId, async (tx) => {
      await tx.query("SET LOCAL ROLE ameide_search", []);
      await tx.query("SET LOCAL plan_cache_mode = force_generic_plan", []);
      await tx.query(`PREPARE words(text) AS ${body.replaceAll(/\bquery\b/g, "$1")}`, []);
      const lines = await tx.query("EXPLAIN EXECUTE words('number 17')", []);
      await tx.query("DEALLOCATE words", []);
      return lines.flat().join("\n");
    });
  }

  it("words of a small tenant are found without reading the messages of others", async () => {
    expect(await planOfSearch(mine)).not.toContain("Seq Scan");
  });

  it("words of a large tenant are found by the indexes of words", async () => {
    const plan = await planOfSearch(theirs);
    expect(plan).toContain("chat_messages_words");
    expect(plan).toContain("chats_title_words");
    expect(plan).not.toContain("Seq Scan");
  });
}

describe("with 20,000 rows of another tenant", () => {
  forEachDatabase(suite);
});
