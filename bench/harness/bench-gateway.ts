import { join } from "node:path";
import { createDevIssuer } from "../../services/gateway/dev-issuer/dev-issuer.ts";
import { createGateway } from "../../services/gateway/gateway.ts";
import { listenOnePort } from "../../services/gateway/one-port.ts";
import { createResumeTokens } from "../../services/gateway/run-streams/resume-token.ts";
import { createTokenVerifier } from "../../services/platform/auth/verify-token.ts";
import { createInProcessBus } from "../../services/platform/bus/in-process-bus.ts";
import { parseConfig } from "../../services/platform/config/config.ts";
import { createDatabase } from "../../services/platform/db/database.ts";
import { migrate } from "../../services/platform/db/migrate.ts";
import { openPglite } from "../../services/platform/db/pglite-driver.ts";
import { openPostgres } from "../../services/platform/db/postgres-driver.ts";
import type { FrameLog } from "../../services/platform/frame-log/frame-log.ts";
import { createInProcessObjectStore } from "../../services/platform/object-store/in-process-object-store.ts";
import { createLog } from "../../services/platform/telemetry/log.ts";
import { createInProcessWorkQueue } from "../../services/platform/work-queue/in-process-work-queue.ts";
import { createTokenSealer } from "../../services/platform/tokens/sealed-token.ts";
import { composeSlices, type Slices } from "../../services/slices.ts";
import { UNLIMITED } from "./ameide-process.ts";

/** The program without its executor: the benchmark writes the frames itself. */
export interface BenchGateway {
  address: string;
  slices: Slices;
}

const CONFIG = parseConfig({ DATA_DIR: ":memory:", LOG_LEVEL: "error", ...UNLIMITED });
const now = () => new Date();

/** On an embedded database, unless there is the address of another. */
export async function openBenchSlices(log: FrameLog, databaseUrl?: string): Promise<Slices> {
  const driver =
    databaseUrl === undefined
      ? await openPglite(undefined)
      : openPostgres(databaseUrl, { poolSize: CONFIG.DATABASE_POOL_SIZE });
  await migrate(driver, join(import.meta.dirname, "../../services/migrations"));
  return composeSlices(CONFIG, {
    database: createDatabase(driver),
    bus: createInProcessBus(),
    workQueue: createInProcessWorkQueue(),
    log,
    objects: createInProcessObjectStore(),
    now,
  });
}

export async function startBenchGateway(log: FrameLog, databaseUrl?: string): Promise<BenchGateway> {
  const slices = await openBenchSlices(log, databaseUrl);
  const devIssuer = await createDevIssuer();
  const draining = new AbortController().signal;
  const tokens = createResumeTokens(createTokenSealer(Buffer.alloc(32, 7)), now);
  const gateway = createGateway({
    handlers: slices.handlers({ tokens, draining, heartbeatMilliseconds: 8000 }),
    verify: createTokenVerifier([devIssuer]),
    devIssuer,
    corsOrigins: [],
    webApp: (_request, response) => void response.writeHead(404).end(),
    check: async () => ({ ready: true, dependencies: {} }),
    draining,
    log: createLog(CONFIG.LOG_LEVEL),
  });
  const { port } = await listenOnePort(gateway, { host: CONFIG.HOST, port: 0 });
  return { address: `http://${CONFIG.HOST}:${port}`, slices };
}
