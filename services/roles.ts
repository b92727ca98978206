import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { OpenAdapters } from "./adapters.ts";
import { sweepContent } from "./artifact/index.ts";
import { createAgentExecutor, type ReportingExecutor } from "./execution/agent-executor.ts";
import { deleteCheckpoints } from "./execution/checkpoints/checkpoint-store.ts";
import { sweepAnswers } from "./execution/models/cache/model-cache-store.ts";
import { createResponseCache } from "./execution/models/cache/response-cache.ts";
import { startHealthReports, type HealthReportDeps } from "./execution/models/report-health.ts";
import { createModerator } from "./execution/models/moderation/create-moderator.ts";
import { startRunLoop, type RunLoop } from "./execution/run-loop.ts";
import { createDevIssuer } from "./gateway/dev-issuer/dev-issuer.ts";
import { createGateway, PUBLIC_SERVICES } from "./gateway/gateway.ts";
import { listenOnePort, type Answer, type OnePort } from "./gateway/one-port.ts";
import { createProbes } from "./gateway/readiness.ts";
import { createRequestLimits, type RequestLimitSettings } from "./gateway/request-limits.ts";
import { createResumeTokens } from "./gateway/run-streams/resume-token.ts";
import { createWebApp } from "./gateway/web-app.ts";
import { createTokenVerifier, remoteIssuer } from "./platform/auth/verify-token.ts";
import type { Config } from "./platform/config/config.ts";
import { startEventRelay } from "./platform/event-relay/event-relay.ts";
import { checkDependencies } from "./platform/health/dependencies.ts";
import type { Log } from "./platform/telemetry/log.ts";
import { createTokenSealer } from "./platform/tokens/sealed-token.ts";
import { EVENT_REGISTRY, type Slices } from "./slices.ts";
import { startSweeper } from "./worker/sweeper.ts";

/** What a role works with. */
export interface RoleDeps {
  config: Config;
  adapters: OpenAdapters;
  slices: Slices;
  /** Aborts when the process goes down. */
  draining: AbortSignal;
  log: Log;
}

/** The port of the process: everything with the gateway role, else whether it lives and can work. */
export async function openPort(deps: RoleDeps): Promise<OnePort> {
  const { config } = deps;
  const answer = config.ROLES.includes("gateway") ? await createGatewayRole(deps) : probesOf(deps);
  return listenOnePort(answer, { host: config.HOST, port: config.PORT });
}

const HEARTBEAT_MILLISECONDS = 8000;

async function createGatewayRole(deps: RoleDeps): Promise<Answer> {
  const { config, slices, adapters, draining, log } = deps;
  const shared = config.TOKEN_SECRET === undefined ? undefined : Buffer.from(config.TOKEN_SECRET);
  const { dataDir } = adapters;
  const tokens = createResumeTokens(createTokenSealer(shared ?? dataDir.secret()), slices.now);
  // Configuring an issuer switches the development one off.
  const devIssuer =
    config.OIDC_ISSUERS.length > 0
      ? undefined
      : await createDevIssuer({ secret: shared, dataDir: dataDir.path });
  return createGateway({
    handlers: slices.handlers({ tokens, draining, heartbeatMilliseconds: HEARTBEAT_MILLISECONDS }),
    verify: createTokenVerifier(devIssuer ? [devIssuer] : config.OIDC_ISSUERS.map(remoteIssuer)),
    devIssuer,
    admit: createRequestLimits(adapters.limits, limitsOf(config), PUBLIC_SERVICES),
    corsOrigins: config.CORS_ORIGINS,
    webApp: createWebApp(join(import.meta.dirname, "../web/dist")),
    check: () => checkDependencies(adapters.dependencies),
    draining,
    log,
  });
}

const limitsOf = (config: Config): RequestLimitSettings => ({
  userPerMinute: config.RATE_USER_PER_MINUTE,
  userReadsPerMinute: config.RATE_USER_READS_PER_MINUTE,
  tenantPerMinute: config.RATE_TENANT_PER_MINUTE,
  tenantReadsPerMinute: config.RATE_TENANT_READS_PER_MINUTE,
  methodsPerMinute: config.RATE_METHODS_PER_MINUTE,
  streamsPerUser: config.STREAMS_PER_USER,
  streamsPerTenant: config.STREAMS_PER_TENANT,
});

const probesOf = ({ adapters, draining }: RoleDeps): Answer =>
  createProbes({ check: () => checkDependencies(adapters.dependencies), draining });

/** Claims runs and works on them, and tells how the model providers are. */
export function startExecution(deps: RoleDeps): RunLoop {
  const { config, slices, log } = deps;
  const warn = (message: string, details: Record<string, unknown>) => log.warn(details, message);
  const executor = executorOf(deps, warn);
  const executorId = randomUUID();
  const reports = startHealthReports({ ...slices, executorId, warn, health: executor.health });
  const loop = startRunLoop({
    ...slices,
    executor,
    executorId,
    concurrency: config.EXECUTION_CONCURRENCY,
    leaseSeconds: config.RUN_LEASE_SECONDS,
    forget: (tenantId, runId) => slices.database.transaction(tenantId, (tx) => deleteCheckpoints(tx, runId)),
    warn,
  });
  return {
    async stop(graceMilliseconds) {
      await loop.stop(graceMilliseconds);
      await reports.stop();
    },
  };
}

function executorOf({ config, slices }: RoleDeps, warn: HealthReportDeps["warn"]): ReportingExecutor {
  const { agents, database, now, tools } = slices;
  return createAgentExecutor({
    database,
    agents,
    tools,
    providers: config.MODEL_PROVIDERS,
    offlineTokensPerSecond: config.OFFLINE_TOKENS_PER_SECOND,
    moderator: createModerator(config),
    cache: createResponseCache({ database, now, warn, seconds: config.MODEL_CACHE_SECONDS }),
  });
}

/** What nobody waits for. */
export function startWorker({ adapters, slices, log }: RoleDeps): { stop(): Promise<void> } {
  const { publisher } = adapters;
  const relay = publisher && startEventRelay({ ...slices, registry: EVENT_REGISTRY, publisher, log });
  const sweeper = startSweeper({
    ...slices,
    log,
    sweepAnswers,
    sweepContent: (now) => sweepContent(slices, now),
  });
  return {
    async stop() {
      await sweeper.stop();
      await relay?.stop();
    },
  };
}
