import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { startNats } from "../nats-server.ts";
import { startPostgres, type PostgresServer } from "../postgres-server.ts";
import type { PrivateServer } from "../private-server.ts";
import { startRedis } from "../redis-server.ts";
import { locate } from "../requirements.ts";
import { WITHOUT_LIMITS } from "../without-limits.ts";
import { createCluster, type Cluster, type ClusterPlan } from "./cluster.ts";

/** A cluster of real processes over servers that only it uses. */
export interface PrivateCluster extends Cluster {
  databaseUrl: string;
  redis: PrivateServer;
  nats: PrivateServer;
  /** Its own server, unless it was given a database. */
  postgres: PostgresServer | undefined;
  remove(): Promise<void>;
}

export interface PrivateClusterPlan extends Partial<ClusterPlan> {
  /** Default: one on a PostgreSQL of its own. */
  databaseUrl?: string;
}

const DEFAULTS = {
  ...WITHOUT_LIMITS,
  HOST: "127.0.0.1",
  TOKEN_SECRET: "one secret for all servers, 32 or more",
  LOG_LEVEL: "warn",
  SHUTDOWN_SECONDS: "5",
};

/** Starts the servers and then every process, and waits until all are ready. */
export async function startPrivateCluster(plan: PrivateClusterPlan = {}): Promise<PrivateCluster> {
  await using opened = new AsyncDisposableStack();
  const redis = opened.adopt(await startRedis(), (server) => server.stop());
  const nats = opened.adopt(await startNats(), (server) => server.stop());
  const postgres =
    plan.databaseUrl === undefined
      ? opened.adopt(await startPostgres(locate("postgres") ?? ""), (server) => server.stop())
      : undefined;
  const folder = opened.adopt(mkdtempSync(join(tmpdir(), "ameide-objects-")), (path) =>
    rmSync(path, { recursive: true, force: true }),
  );
  const databaseUrl = plan.databaseUrl ?? (await postgres?.createDatabase()) ?? "";
  const servers = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    NATS_URL: nats.url,
    OBJECT_STORE_URL: pathToFileURL(folder).href,
  };
  const cluster = await createCluster({ ...plan, env: { ...DEFAULTS, ...servers, ...plan.env } });
  opened.defer(() => cluster.stop("SIGKILL"));
  await cluster.start();
  const kept = opened.move();
  return { ...cluster, databaseUrl, redis, nats, postgres, remove: () => kept.disposeAsync() };
}
