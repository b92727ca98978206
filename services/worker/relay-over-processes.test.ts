import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createAmeide } from "../../sdk/ts/src/index.ts";
import { APP_ROLE, createDatabase, type Database } from "../platform/db/database.ts";
import { openPostgres } from "../platform/db/postgres-driver.ts";
import { FEED_START, readFeed } from "../platform/event-store/feed.ts";
import type { NatsLink } from "../platform/nats/nats-link.ts";
import { EVENT_REGISTRY } from "../slices.ts";
import { canCluster } from "../testing/can-cluster.ts";
import { startTestCluster, type TestCluster } from "../testing/cluster/test-cluster.ts";
import { natsLinks } from "../testing/nats-links.ts";
import { devToken } from "../testing/processes.ts";
import { publishedEvents } from "../testing/published-events.ts";
import { createRunLine, readInto } from "../testing/run-line.ts";

describe.skipIf(!canCluster())("two workers, killed like NATS between answers", () => {
  let cluster: TestCluster;
  let database: Database;
  const links = natsLinks(() => cluster.nats.url);
  beforeAll(async () => {
    cluster = await startTestCluster({ workers: 2 });
    const driver = openPostgres(cluster.databaseUrl, { poolSize: 1 });
    await driver.assumeRole(APP_ROLE);
    database = createDatabase(driver);
  }, 60_000);
  afterAll(async () => {
    await links.closeAll();
    await database?.close();
    await cluster?.remove();
  });

  let opened: Promise<NatsLink> | undefined;
  const link = () => (opened ??= links.open());

  async function answer(): Promise<void> {
    const { baseUrl } = cluster.member("gateway-1");
    const ameide = createAmeide({ baseUrl, token: await devToken(baseUrl, "alice") });
    const messages = [{ parts: [{ kind: { case: "text" as const, value: { text: "echo hello" } } }] }];
    const { run } = await ameide.inference.startRun({ requestId: crypto.randomUUID(), messages });
    const line = createRunLine();
    await readInto(line, ameide.inference.watchRun({ runId: run?.runId ?? "" }));
    expect(line.text).toBe("hello");
  }
  async function stored(): Promise<string[]> {
    const { events } = await readFeed({ database, registry: EVENT_REGISTRY }, FEED_START);
    return events.map(({ streamId, version, metadata }) => `${streamId} ${version} ${metadata.eventId}`);
  }
  async function published(): Promise<string[]> {
    const events = await publishedEvents(await link());
    return events.map(({ subject, streamversion, id }) => `${subject} ${String(streamversion)} ${id}`);
  }

  it("publish every event of the database once, in the order of its stream", async () => {
    await answer();
    await cluster.member("worker-1").stop("SIGKILL");
    await answer();
    await cluster.nats.kill();
    await answer();
    await cluster.nats.restart();
    await cluster.member("worker-1").start();
    await cluster.member("worker-2").stop("SIGKILL");
    await answer();
    const expected = await stored();
    expect(expected.length).toBeGreaterThanOrEqual(12);
    while ((await published()).length < expected.length) await sleep(200);
    const seen = await published();
    expect(seen.toSorted()).toEqual(expected.toSorted());
    // Streams may overtake each other, their events may not.
    const streamOf = (event: string) => event.split(" ", 1)[0];
    expect(Map.groupBy(seen, streamOf)).toEqual(Map.groupBy(expected, streamOf));
  }, 90_000);
});
