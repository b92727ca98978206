import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import type { TestProject } from "vitest/node";
import { migrate } from "../platform/db/migrate.ts";
import { openPostgres } from "../platform/db/postgres-driver.ts";
import { MIGRATIONS } from "./migrations.ts";
import { startPostgres, type PostgresServer } from "./postgres-server.ts";
import { locate, reportMissing } from "./requirements.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The port that tells where PostgreSQL is, and starts it for the first who asks; 0 without one. */
    postgresDoor: number;
  }
}

/** Where the PostgreSQL of this test run is. */
export interface Place {
  address: string;
  /** A database with nothing but the schema in it. */
  migrated: string;
}

/** vitest's global setup: one PostgreSQL for the whole run, started when a test needs it. */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  reportMissing(["postgres", "chromium"], (line) => project.vitest.logger.log(line));
  const bin = locate("postgres");
  project.provide("postgresDoor", 0);
  if (bin === undefined) return undefined;
  let server: Promise<PostgresServer> | undefined;
  let place: Promise<Place> | undefined;
  const door = createServer((socket) => {
    server ??= startPostgres(bin);
    place ??= server.then(prepare);
    place.then(
      (told) => socket.end(JSON.stringify(told)),
      (error: unknown) => socket.end(JSON.stringify({ problem: String(error) })),
    );
  });
  door.listen(0, "127.0.0.1");
  await once(door, "listening");
  project.provide("postgresDoor", (door.address() as AddressInfo).port);
  return async () => {
    door.close();
    await (await server)?.stop();
  };
}

async function prepare(server: PostgresServer): Promise<Place> {
  const migrated = await server.createDatabase();
  const driver = openPostgres(migrated, { poolSize: 1 });
  await migrate(driver, MIGRATIONS);
  await driver.close();
  return { address: server.address, migrated };
}
