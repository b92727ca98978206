import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { create } from "@bufbuild/protobuf";
import { ChatRenamedSchema } from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { v7 as uuidv7 } from "uuid";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createInProcessBus } from "./platform/bus/in-process-bus.ts";
import { APP_ROLE, createDatabase } from "./platform/db/database.ts";
import { openPostgres } from "./platform/db/postgres-driver.ts";
import { createEventStore } from "./platform/event-store/event-store.ts";
import { parseReplayCommand } from "./replay-events.ts";
import { EVENT_REGISTRY } from "./slices.ts";
import { natsLinks } from "./testing/nats-links.ts";
import { startNats } from "./testing/nats-server.ts";
import { newPostgresDatabase } from "./testing/postgres-for-tests.ts";
import type { PrivateServer } from "./testing/private-server.ts";
import { publishedEvents } from "./testing/published-events.ts";
import { available } from "./testing/requirements.ts";

const run = promisify(execFile);
const PROGRAM = `${import.meta.dirname}/replay-events.ts`;

describe("the command line of a replay", () => {
  it("says since when, or whose dead letters", () => {
    expect(parseReplayCommand(["--from", "start"])).toEqual({ from: "start" });
    const time = "2026-05-01T10:00:00Z";
    expect(parseReplayCommand(["--from", time])).toEqual({ from: new Date(time) });
    expect(parseReplayCommand(["--dead-letters", "projector"])).toEqual({ deadLettersOf: "projector" });
    expect(parseReplayCommand([])).toBe("help");
  });

  it("is refused with what to say instead", () => {
    expect(() => parseReplayCommand(["--from", "yesterday"])).toThrow("say start, or a time like");
    expect(() => parseReplayCommand(["--from", "start", "--dead-letters", "x"])).toThrow("not both");
    expect(() => parseReplayCommand(["--form", "start"])).toThrow("--form");
  });
});

describe.skipIf(!available("nats") || !available("postgres"))("a replay by an operator", () => {
  let nats: PrivateServer;
  const links = natsLinks(() => nats.url);
  beforeAll(async () => void (nats = await startNats()));
  afterAll(async () => {
    await links.closeAll();
    await nats.stop();
  });

  it("publishes what is in the database to a NATS that has nothing", async () => {
    const url = await newPostgresDatabase({ migrated: true });
    const driver = openPostgres(url, { poolSize: 1 });
    await driver.assumeRole(APP_ROLE);
    const events = createEventStore({
      bus: createInProcessBus(),
      registry: EVENT_REGISTRY,
      now: () => new Date(),
    });
    const renamed = ["one", "two"].map((title) => create(ChatRenamedSchema, { title }));
    const stored = await createDatabase(driver).transaction(uuidv7(), (tx) =>
      events.append(tx, [{ streamId: "chat-1", expectedVersion: 0, events: renamed }], { userId: "alice" }),
    );
    await driver.close();
    const env = { DATABASE_URL: url, NATS_URL: nats.url, LOG_LEVEL: "warn" };
    await run(process.execPath, [PROGRAM, "--from", "start"], { env });
    const link = await links.open();
    const published = await publishedEvents(link);
    expect(published.map(({ id }) => id)).toEqual(stored.map(({ metadata }) => metadata.eventId));
    await run(process.execPath, [PROGRAM, "--dead-letters", "nobody"], { env });
  });

  it("says what is missing, without a stack", async () => {
    const failed = await run(process.execPath, [PROGRAM, "--from", "start"], { env: {} }).catch(
      (error: { stderr: string }) => error,
    );
    expect(failed.stderr).toBe("NATS_URL is required: there is nowhere to publish to\n");
  });
});
