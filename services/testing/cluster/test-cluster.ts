import { startNats } from "../nats-server.ts";
import { newPostgresDatabase } from "../postgres-for-tests.ts";
import { startPostgres, type PostgresServer } from "../postgres-server.ts";
import type { PrivateServer } from "../private-server.ts";
import { WITHOUT_LIMITS } from "../without-limits.ts";
import { startRedis } from "../redis-server.ts";
import { locate } from "../requirements.ts";
import { createCluster, type Cluster, type ClusterPlan } from "./cluster.ts";

/** A cluster of real processes over servers that only it uses. */
export interface TestCluster extends Cluster {
  databaseUrl: string;
  redis: PrivateServer;
  nats: PrivateServer;
  /** A server of its own, where that was asked for. */
  postgres: PostgresServer | undefined;
  remove(): Promise<void>;
}

export interface TestClusterPlan extends Partial<ClusterPlan> {
  /** A PostgreSQL that may be killed; default: a new database on that of the test run. */
  ownPostgres?: boolean;
}

/** Leases are short, so that a test need not wait long for a takeover. */
const DEFAULTS = {
  HOST: "127.0.0.1",
  TOKEN_SECRET: "one secret for all servers, 32 or more",
  RUN_LEASE_SECONDS: "2",
  OFFLINE_TOKENS_PER_SECOND: "0",
  LOG_LEVEL: "warn",
  SHUTDOWN_SECONDS: "5",
  ...WITHOUT_LIMITS,
};

/** Starts the servers and then every process, and waits until all are ready. */
export async function startTestCluster(plan: TestClusterPlan = {}): Promise<TestCluster> {
  await using opened = new AsyncDisposableStack();
  const redis = opened.adopt(await startRedis(), (server) => server.stop());
  const nats = opened.adopt(await startNats(), (server) => server.stop());
  const postgres = plan.ownPostgres
    ? opened.adopt(await startPostgres(locate("postgres") ?? ""), (server) => server.stop())
    : undefined;
  const databaseUrl = await (postgres?.createDatabase() ?? newPostgresDatabase({ migrated: true }));
  const servers = { DATABASE_URL: databaseUrl, REDIS_URL: redis.url, NATS_URL: nats.url };
  const cluster = await createCluster({ ...plan, env: { ...DEFAULTS, ...servers, ...plan.env } });
  opened.defer(() => cluster.stop("SIGKILL"));
  await cluster.start();
  const kept = opened.move();
  return { ...cluster, databaseUrl, redis, nats, postgres, remove: () => kept.disposeAsync() };
}
