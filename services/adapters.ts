import { join } from "node:path";
import { releaseLeases } from "./inference/index.ts";
import { createInProcessBus } from "./platform/bus/in-process-bus.ts";
import { createNatsBus } from "./platform/bus/nats-bus.ts";
import type { Config } from "./platform/config/config.ts";
import { openDataDir, type DataDir } from "./platform/config/data-dir.ts";
import { createDatabase, type Database } from "./platform/db/database.ts";
import { migrate } from "./platform/db/migrate.ts";
import { openPglite } from "./platform/db/pglite-driver.ts";
import { openPostgres } from "./platform/db/postgres-driver.ts";
import type { EventPublisher } from "./platform/event-relay/event-publisher.ts";
import { createInProcessFrameLog } from "./platform/frame-log/in-process-frame-log.ts";
import { createRedisFrameLog } from "./platform/frame-log/redis-frame-log.ts";
import type { RequestLimits } from "./gateway/request-limits.ts";
import type { Dependency } from "./platform/health/dependencies.ts";
import { createInProcessRateLimiter } from "./platform/rate-limit/in-process-rate-limiter.ts";
import { createInProcessStreamPlaces } from "./platform/rate-limit/in-process-stream-places.ts";
import { createRedisRateLimiter } from "./platform/rate-limit/redis-rate-limiter.ts";
import { createRedisStreamPlaces } from "./platform/rate-limit/redis-stream-places.ts";
import { createNatsEventPublisher } from "./platform/nats/nats-event-publisher.ts";
import { connectNats, type NatsLink } from "./platform/nats/nats-link.ts";
import { openRedis, type RedisConnection } from "./platform/redis/redis-connection.ts";
import { openObjectStore } from "./platform/object-store/open-object-store.ts";
import type { Log } from "./platform/telemetry/log.ts";
import { createInProcessWorkQueue } from "./platform/work-queue/in-process-work-queue.ts";
import { createNatsWorkQueue } from "./platform/work-queue/nats-work-queue.ts";
import { EVENT_REGISTRY, type Adapters } from "./slices.ts";

/** Everything outside of the program, opened as the configuration says. */
export interface OpenAdapters extends Adapters {
  /** What this machine keeps for itself; nothing where the servers share a database. */
  dataDir: DataDir;
  dependencies: readonly Dependency[];
  limits: RequestLimits;
  /** Where committed events are told to others; undefined where nobody could listen. */
  publisher: EventPublisher | undefined;
}

/** An embedded adapter for each need, or the server that the configuration names. */
export async function openAdapters(
  config: Config,
  opened: AsyncDisposableStack,
  log: Log,
): Promise<OpenAdapters> {
  const isEmbedded = config.DATABASE_URL === undefined;
  const dataDir = opened.adopt(openDataDir(isEmbedded ? config.DATA_DIR : ":memory:"), (dir) =>
    dir.release(),
  );
  const database = await openDatabase(config, dataDir, opened, log);
  const redis = await connectRedis(config, opened, log);
  const nats = findNats(config, opened, log);
  return {
    dataDir,
    database,
    bus: nats ? createNatsBus(nats) : createInProcessBus(),
    workQueue: nats ? createNatsWorkQueue(nats, { name: "runs", log }) : createInProcessWorkQueue(),
    log: redis
      ? createRedisFrameLog(redis)
      : createInProcessFrameLog({ logs: logsFor(config.EXECUTION_CONCURRENCY) }),
    objects: openObjectStore(config),
    now: () => new Date(),
    dependencies: dependenciesOf(database, redis, nats),
    limits: redis
      ? { rates: createRedisRateLimiter(redis), places: createRedisStreamPlaces(redis) }
      : { rates: createInProcessRateLimiter(), places: createInProcessStreamPlaces() },
    publisher: nats && createNatsEventPublisher(nats, { registry: EVENT_REGISTRY }),
  };
}

/** Twice what runs at a time, so that runs that have just ended can still be read; exported for its test. */
export const logsFor = (concurrency: number): number => Math.max(5000, 2 * concurrency);

function dependenciesOf(
  database: Database,
  redis: RedisConnection | undefined,
  nats: NatsLink | undefined,
): Dependency[] {
  const dependencies: Dependency[] = [
    { name: "database", needed: true, answers: () => database.ping().then(() => true) },
  ];
  if (redis)
    dependencies.push({
      name: "redis",
      needed: false,
      answers: () => redis.commands.ping().then(() => true),
    });
  if (nats) dependencies.push({ name: "nats", needed: false, answers: () => nats.answers() });
  return dependencies;
}

/** NATS is looked for until it is there; nothing waits for it. */
function findNats(config: Config, opened: AsyncDisposableStack, log: Log): NatsLink | undefined {
  if (config.NATS_URL === undefined) return undefined;
  return opened.adopt(connectNats(config.NATS_URL, log), (link) => link.close());
}

/** Redis may be away, at the start as at any time. */
const REDIS_START_MILLISECONDS = 2000;

async function connectRedis(
  config: Config,
  opened: AsyncDisposableStack,
  log: Log,
): Promise<RedisConnection | undefined> {
  if (config.REDIS_URL === undefined) return undefined;
  const warn = (message: string, details: Record<string, unknown>) => log.warn(details, message);
  const redis = opened.adopt(openRedis(config.REDIS_URL, { warn }), (connection) => connection.close());
  await redis.whenUp(REDIS_START_MILLISECONDS);
  return redis;
}

async function openDatabase(
  config: Config,
  dataDir: DataDir,
  opened: AsyncDisposableStack,
  log: Log,
): Promise<Database> {
  const driver =
    config.DATABASE_URL === undefined
      ? await openPglite(dataDir.path && join(dataDir.path, "postgres"))
      : openPostgres(config.DATABASE_URL, { poolSize: config.DATABASE_POOL_SIZE });
  opened.defer(() => driver.close());
  const applied = await migrate(driver, join(import.meta.dirname, "migrations"));
  if (applied.length > 0) log.info({ applied }, "the database was migrated");
  const database = createDatabase(driver);
  // An embedded database has one server, so its leases are of a process that is gone; elsewhere they run out.
  if (config.DATABASE_URL === undefined) await database.systemTransaction((tx) => releaseLeases(tx));
  return database;
}
