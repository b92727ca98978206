import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createAgentExecutor } from "./execution/agent-executor.ts";
import { deleteCheckpoints } from "./execution/checkpoints/checkpoint-store.ts";
import { startRunLoop, type RunLoop } from "./execution/run-loop.ts";
import { createDevIssuer, type DevIssuer } from "./gateway/dev-issuer/dev-issuer.ts";
import { createGateway } from "./gateway/gateway.ts";
import { listenOnePort, type OnePort } from "./gateway/one-port.ts";
import { createResumeTokens } from "./gateway/run-streams/resume-token.ts";
import { createWebApp } from "./gateway/web-app.ts";
import { releaseLeases } from "./inference/index.ts";
import { createTokenVerifier, remoteIssuer } from "./platform/auth/verify-token.ts";
import { createInProcessBus } from "./platform/bus/in-process-bus.ts";
import { readConfig, type Config } from "./platform/config/config.ts";
import { startFailure } from "./platform/config/start-failure.ts";
import { openDataDir, type DataDir } from "./platform/config/data-dir.ts";
import { createDatabase, type Database } from "./platform/db/database.ts";
import { migrate } from "./platform/db/migrate.ts";
import { openPglite } from "./platform/db/pglite-driver.ts";
import { openPostgres } from "./platform/db/postgres-driver.ts";
import { createInProcessFrameLog } from "./platform/frame-log/in-process-frame-log.ts";
import { createLog, type Log } from "./platform/telemetry/log.ts";
import { startTracing } from "./platform/telemetry/start-tracing.ts";
import { createTokenSealer } from "./platform/tokens/sealed-token.ts";
import { composeSlices, type Slices } from "./slices.ts";
import { startSweeper } from "./worker/sweeper.ts";

/** A running server. */
export interface Program {
  /** Where it answers, without a slash at the end. */
  baseUrl: string;
  /** Drains and stops; resolves when nothing is left. Asking twice stops once. */
  stop(): Promise<void>;
}

/** Configuration → adapters → slices → roles. The only place where they meet. */
export async function startProgram(config: Config, log: Log = createLog(config.LOG_LEVEL)): Promise<Program> {
  const opened = new AsyncDisposableStack();
  try {
    return await start(config, opened, log);
  } catch (error) {
    await opened.disposeAsync().catch((failure: unknown) => log.warn({ err: failure }, "could not clean up"));
    throw error;
  }
}

/** Whatever is opened is put on the stack, which closes it in reverse order, all of it, whatever fails. */
async function start(config: Config, opened: AsyncDisposableStack, log: Log): Promise<Program> {
  const dataDir = opened.adopt(openDataDir(config.DATA_DIR), (dir) => dir.release());
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint) opened.adopt(startTracing(endpoint), (tracing) => tracing.stop());
  const database = await openDatabase(config, dataDir, opened, log);
  const slices = composeSlices(config, {
    database,
    bus: createInProcessBus(),
    log: createInProcessFrameLog({ logs: logsFor(config.EXECUTION_CONCURRENCY) }),
    now: () => new Date(),
  });
  const draining = new AbortController();
  const grace = config.SHUTDOWN_SECONDS * 1000;
  // Before anything is worked on: a server that cannot be reached must not take runs.
  const port = await startGateway(config, slices, dataDir, draining.signal, log);
  const roles = [() => port.close(grace)];
  opened.defer(async () => {
    draining.abort();
    await allOf(roles.map((stop) => stop()));
  });
  const loop = startExecution(config, slices, log);
  roles.push(() => loop.stop(grace));
  opened.adopt(startSweeper({ database, now: slices.now, log }), (sweeper) => sweeper.stop());
  let stopping: Promise<void> | undefined;
  return {
    baseUrl: `http://${config.HOST.includes(":") ? `[${config.HOST}]` : config.HOST}:${port.port}`,
    stop: () => (stopping ??= opened.disposeAsync()),
  };
}

/** Twice what runs at a time, so that runs that have just ended can still be read; exported for its test. */
export const logsFor = (concurrency: number): number => Math.max(5000, 2 * concurrency);

/** Waits for all of them, then fails as the first that failed. */
async function allOf(work: readonly unknown[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
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

function startExecution(config: Config, slices: Slices, log: Log): RunLoop {
  const executor = createAgentExecutor({
    database: slices.database,
    agents: slices.agents,
    providers: config.MODEL_PROVIDERS,
    offlineTokensPerSecond: config.OFFLINE_TOKENS_PER_SECOND,
    tools: slices.tools,
  });
  return startRunLoop({
    ...slices,
    executor,
    executorId: randomUUID(),
    concurrency: config.EXECUTION_CONCURRENCY,
    leaseSeconds: config.RUN_LEASE_SECONDS,
    forget: (tenantId, runId) => slices.database.transaction(tenantId, (tx) => deleteCheckpoints(tx, runId)),
    warn: (message, details) => log.warn(details, message),
  });
}

const HEARTBEAT_MILLISECONDS = 8000;

async function startGateway(
  config: Config,
  slices: Slices,
  dataDir: DataDir,
  draining: AbortSignal,
  log: Log,
): Promise<OnePort> {
  const secret = config.TOKEN_SECRET === undefined ? dataDir.secret() : Buffer.from(config.TOKEN_SECRET);
  const tokens = createResumeTokens(createTokenSealer(secret), slices.now);
  const devIssuer = await devIssuerOf(config, dataDir);
  const issuers = devIssuer ? [devIssuer] : config.OIDC_ISSUERS.map(remoteIssuer);
  const gateway = createGateway({
    handlers: slices.handlers({ tokens, draining, heartbeatMilliseconds: HEARTBEAT_MILLISECONDS }),
    verify: createTokenVerifier(issuers),
    devIssuer,
    corsOrigins: config.CORS_ORIGINS,
    webApp: createWebApp(join(import.meta.dirname, "../web/dist")),
    isReady: slices.isReady,
    draining,
    log,
  });
  return listenOnePort(gateway, { host: config.HOST, port: config.PORT });
}

/** Configuring an issuer switches the development one off. */
async function devIssuerOf(config: Config, dataDir: DataDir): Promise<DevIssuer | undefined> {
  return config.OIDC_ISSUERS.length > 0 ? undefined : createDevIssuer(dataDir.path);
}

async function main(): Promise<void> {
  const config = readConfig();
  const log = createLog(config.LOG_LEVEL);
  const program = await startProgram(config, log);
  log.info({ address: program.baseUrl }, `ready: open ${program.baseUrl}`);
  const stop = (signal: string) => {
    log.info({ signal }, "stopping: runs and streams may finish first");
    program.stop().then(
      () => (log.info("stopped"), process.exit(0)),
      (error: unknown) => (log.error({ err: error }, "could not stop cleanly"), process.exit(1)),
    );
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

if (import.meta.main) {
  main().catch((error: unknown) => {
    process.stderr.write(`${startFailure(error)}\n`);
    process.exit(1);
  });
}
