import type { TestProject } from "vitest/node";
import { migrate } from "../platform/db/migrate.ts";
import { openPostgres } from "../platform/db/postgres-driver.ts";
import { MIGRATIONS } from "./migrations.ts";
import { startNats } from "./nats-server.ts";
import { startPostgres } from "./postgres-server.ts";
import { startRedis } from "./redis-server.ts";
import { available, locate, reportMissing } from "./requirements.ts";
import { openDoor, type ServerDoor } from "./server-door.ts";

/** The ports that tell where the servers of this test run are; 0 for what this machine lacks. */
export interface ServerDoors {
  postgres: number;
  redis: number;
  nats: number;
}

declare module "vitest" {
  interface ProvidedContext {
    serverDoors: ServerDoors;
  }
}

/** Where the PostgreSQL of this test run is. */
export interface PostgresPlace {
  address: string;
  /** A database with nothing but the schema in it. */
  migrated: string;
}

/** vitest's global setup: one server of each kind for the whole run, started when a test needs it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  reportMissing(["postgres", "redis", "nats", "chromium"], (line) => project.vitest.logger.log(line));
  const doors = {
    postgres: available("postgres") ? await openDoor(migratedPostgres) : undefined,
    redis: available("redis") ? await openDoor(() => told(startRedis())) : undefined,
    nats: available("nats") ? await openDoor(() => told(startNats())) : undefined,
  };
  const { postgres, redis, nats } = doors;
  const portOf = (door: ServerDoor | undefined) => door?.port ?? 0;
  project.provide("serverDoors", {
    postgres: portOf(postgres),
    redis: portOf(redis),
    nats: portOf(nats),
  });
  return async () => {
    await Promise.all(Object.values(doors).map((door) => door?.close()));
  };
}

async function told(starting: Promise<{ url: string; stop(): Promise<void> }>) {
  const { url, stop } = await starting;
  return { told: { url }, stop };
}

async function migratedPostgres(): Promise<{ told: PostgresPlace; stop(): Promise<void> }> {
  const server = await startPostgres(locate("postgres") ?? "");
  const migrated = await server.createDatabase();
  const driver = openPostgres(migrated, { poolSize: 1 });
  await migrate(driver, MIGRATIONS);
  await driver.close();
  return { told: { address: server.address, migrated }, stop: () => server.stop() };
}
