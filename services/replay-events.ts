import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { replayEvents } from "./platform/event-relay/replay-events.ts";
import { ConfigError, readConfig, type Config } from "./platform/config/config.ts";
import { startFailure } from "./platform/config/start-failure.ts";
import { APP_ROLE, createDatabase } from "./platform/db/database.ts";
import { openPostgres } from "./platform/db/postgres-driver.ts";
import { redeliverDeadLetters } from "./platform/nats/nats-dead-letters.ts";
import { createNatsEventPublisher } from "./platform/nats/nats-event-publisher.ts";
import { connectNats, type NatsLink } from "./platform/nats/nats-link.ts";
import { createLog, type Log } from "./platform/telemetry/log.ts";
import { EVENT_REGISTRY } from "./slices.ts";

const HELP = `Publishes committed events again, from the database to NATS, with the same ids. The servers may run.

  npm run events:replay -- --from start                  every event there is
  npm run events:replay -- --from 2026-05-01T10:00:00Z   those since then
  npm run events:replay -- --dead-letters <consumer>     what a consumer failed on, to that consumer alone

DATABASE_URL and NATS_URL are those of the servers.
`;

export type ReplayCommand = { from: "start" | Date } | { deadLettersOf: string } | "help";

/** What the command line asks for; throws when that cannot be done. */
export function parseReplayCommand(args: readonly string[]): ReplayCommand {
  const { from, "dead-letters": consumer, help } = valuesOf(args);
  if (help || (from === undefined && consumer === undefined)) return "help";
  if (from !== undefined && consumer !== undefined)
    throw new ConfigError("--from or --dead-letters, not both");
  if (consumer !== undefined) return { deadLettersOf: consumer };
  const time = new Date(from ?? "");
  if (from !== "start" && Number.isNaN(time.getTime())) {
    throw new ConfigError(`--from ${from}: say start, or a time like 2026-05-01T10:00:00Z`);
  }
  return { from: from === "start" ? from : time };
}

function valuesOf(args: readonly string[]) {
  const options = {
    from: { type: "string" },
    "dead-letters": { type: "string" },
    help: { type: "boolean" },
  } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
}

/** Resolves to how many were published again. */
export async function runReplayCommand(
  command: Exclude<ReplayCommand, "help">,
  { DATABASE_URL: databaseUrl, NATS_URL: natsUrl }: Pick<Config, "DATABASE_URL" | "NATS_URL">,
  log: Log,
): Promise<number> {
  if (natsUrl === undefined) throw new ConfigError("NATS_URL is required: there is nowhere to publish to");
  // What it holds is closed when this function returns, so each result is awaited here.
  await using opened = new AsyncDisposableStack();
  const link = opened.adopt(connectNats(natsUrl, log), (it) => it.close());
  await connected(link);
  if ("deadLettersOf" in command) return await redeliverDeadLetters(link, command.deadLettersOf);
  if (databaseUrl === undefined)
    throw new ConfigError("DATABASE_URL is required: that is where the events are");
  const driver = opened.adopt(openPostgres(databaseUrl, { poolSize: 2 }), (it) => it.close());
  await driver.assumeRole(APP_ROLE);
  const publisher = createNatsEventPublisher(link, { registry: EVENT_REGISTRY });
  const deps = { database: createDatabase(driver), registry: EVENT_REGISTRY, publisher };
  return await replayEvents(deps, command.from, (events) => log.info({ events }, "published again so far"));
}

const CONNECT_MILLISECONDS = 10_000;

async function connected(link: NatsLink): Promise<void> {
  for (const start = performance.now(); !link.connection; await sleep(50)) {
    if (performance.now() - start > CONNECT_MILLISECONDS)
      throw new ConfigError("NATS does not answer at NATS_URL");
  }
}

async function main(): Promise<void> {
  const command = parseReplayCommand(process.argv.slice(2));
  if (command === "help") return void process.stdout.write(HELP);
  // Nothing is signed here.
  const config = readConfig({ TOKEN_SECRET: "-".repeat(32) });
  const log = createLog(config.LOG_LEVEL);
  log.info({ events: await runReplayCommand(command, config, log) }, "published again");
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${startFailure(error)}\n`);
    process.exitCode = 1;
  });
}
