import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { inject } from "vitest";
import type { Place } from "./postgres-global-setup.ts";
import { joinPostgres } from "./postgres-server.ts";

let asked: Promise<Place> | undefined;

async function askForPostgres(): Promise<Place> {
  const port = inject("postgresDoor");
  const answer: Partial<Place> & { problem?: string } = JSON.parse(await text(connect(port, "127.0.0.1")));
  const { address, migrated, problem } = answer;
  if (address === undefined || migrated === undefined)
    throw new Error(`PostgreSQL did not start: ${problem}`);
  return { address, migrated };
}

/** The address of a new database, with the schema in it or without. */
export async function newPostgresDatabase({ migrated }: { migrated: boolean }): Promise<string> {
  const place = await (asked ??= askForPostgres());
  const server = joinPostgres(place.address);
  return migrated ? server.copyDatabase(place.migrated) : server.createDatabase();
}
