import { inject } from "vitest";
import type { PostgresPlace } from "./global-setup.ts";
import { joinPostgres } from "./postgres-server.ts";
import { knock } from "./server-door.ts";

let place: Promise<PostgresPlace> | undefined;

/** The address of a new database, with the schema in it or without. */
export async function newPostgresDatabase({ migrated }: { migrated: boolean }): Promise<string> {
  const told = await (place ??= knock<PostgresPlace>(inject("serverDoors").postgres, "PostgreSQL"));
  const server = joinPostgres(told.address);
  return migrated ? server.copyDatabase(told.migrated) : server.createDatabase();
}
