import { openAdapters } from "./adapters.ts";
import { HELP, parseCommandLine } from "./platform/config/command-line.ts";
import { readConfig, type Config } from "./platform/config/config.ts";
import { startFailure } from "./platform/config/start-failure.ts";
import { createLog, type Log } from "./platform/telemetry/log.ts";
import { startTracing } from "./platform/telemetry/start-tracing.ts";
import { openPort, startExecution, startWorker } from "./roles.ts";
import { composeSlices } from "./slices.ts";

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
  const endpoint = config.OTEL_EXPORTER_OTLP_ENDPOINT;
  if (endpoint) opened.adopt(startTracing(endpoint), (tracing) => tracing.stop());
  const adapters = await openAdapters(config, opened, log);
  const slices = composeSlices(config, adapters);
  const draining = new AbortController();
  const deps = { config, adapters, slices, draining: draining.signal, log };
  const grace = config.SHUTDOWN_SECONDS * 1000;

  // Before anything is worked on: a server that cannot be reached must not take runs.
  const port = await openPort(deps);
  const roles = [() => port.close(grace)];
  opened.defer(async () => {
    draining.abort();
    await allOf(roles.map((stop) => stop()));
  });
  if (config.ROLES.includes("execution")) {
    const loop = startExecution(deps);
    roles.push(() => loop.stop(grace));
  }
  if (config.ROLES.includes("worker")) {
    const worker = startWorker(deps);
    roles.push(() => worker.stop());
  }

  let stopping: Promise<void> | undefined;
  return {
    baseUrl: `http://${config.HOST.includes(":") ? `[${config.HOST}]` : config.HOST}:${port.port}`,
    stop: () => (stopping ??= opened.disposeAsync()),
  };
}

/** Waits for all of them, then fails as the first that failed. */
async function allOf(work: readonly unknown[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

async function main(): Promise<void> {
  const { help, settings } = parseCommandLine(process.argv.slice(2));
  if (help) return void process.stdout.write(HELP);
  const config = readConfig(settings);
  const log = createLog(config.LOG_LEVEL);
  const program = await startProgram(config, log);
  const roles = config.ROLES;
  const does = roles.includes("gateway") ? `open ${program.baseUrl}` : roles.join(", ");
  log.info({ address: program.baseUrl, roles }, `ready: ${does}`);
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
