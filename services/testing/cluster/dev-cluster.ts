import { chmodSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { openDataDir } from "../../platform/config/data-dir.ts";
import { startFailure } from "../../platform/config/start-failure.ts";
import { freePortFrom } from "../free-port.ts";
import { startNats } from "../nats-server.ts";
import { startPostgres } from "../postgres-server.ts";
import { startRedis } from "../redis-server.ts";
import { locate, missing } from "../requirements.ts";
import { createCluster } from "./cluster.ts";
import { printerFor } from "./prefixed-lines.ts";

const FIRST_GATEWAY_PORT = 8080;
const FOLDER = resolve(process.env["DATA_DIR"] || ".data", "cluster");

/** `npm run dev:cluster`: two gateways, two executors and a worker over private servers, until Ctrl-C. */
async function main(): Promise<void> {
  const lacking = missing(["postgres", "redis", "nats"]);
  if (lacking.length > 0)
    throw new Error(`the cluster needs more than this machine has:\n${lacking.join("\n")}`);
  const opened = new AsyncDisposableStack();
  let stopping = false;
  const stop = (status: number) => {
    if (stopping) return;
    stopping = true;
    opened.disposeAsync().then(
      () => process.exit(status),
      (error: unknown) => (process.stderr.write(`${startFailure(error)}\n`), process.exit(1)),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop(0));
  try {
    await startAll(opened);
  } catch (error) {
    if (!stopping) process.stderr.write(`${startFailure(error)}\n`);
    stop(1);
  }
}

async function startAll(opened: AsyncDisposableStack): Promise<void> {
  const say = printerFor((text) => process.stdout.write(text));
  const dataDir = opened.adopt(openDataDir(FOLDER), (dir) => dir.release());
  const servers = await startServers(opened);
  const secret = Buffer.from(dataDir.secret()).toString("hex");
  const first = await freePortFrom(FIRST_GATEWAY_PORT);
  const cluster = await createCluster({
    gateways: 2,
    executors: 2,
    workers: 1,
    ports: { "gateway-1": first, "gateway-2": await freePortFrom(first + 1) },
    env: { ...given(), ...servers, HOST: "127.0.0.1", TOKEN_SECRET: secret },
    tell: say,
    isKept: true,
  });
  opened.defer(() => cluster.stop("SIGTERM"));
  await cluster.start();
  const lines = [
    ...Object.entries(servers).map(([name, url]) => `${name}=${url}`),
    ...cluster.members.map(({ name, baseUrl, pid }) => `${name.padEnd(10)} ${baseUrl}  process ${pid()}`),
    `data in ${FOLDER}; Ctrl-C stops everything`,
    `open ${cluster.gateways.map(({ baseUrl }) => baseUrl).join(" or ")}`,
  ];
  say("cluster", `${lines.join("\n")}\n`);
}

/** All settings of this shell, such as MODEL_PROVIDERS; the cluster decides the rest. */
function given(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}

async function startServers(opened: AsyncDisposableStack) {
  const folderOf = (name: string) => {
    const folder = join(FOLDER, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  };
  // PostgreSQL does not run as root; as another user it must be able to come here.
  if (process.getuid?.() === 0)
    for (const folder of [resolve(FOLDER, ".."), FOLDER]) chmodSync(folder, 0o711);
  const postgres = opened.adopt(
    await startPostgres(locate("postgres") ?? "", { folder: folderOf("postgres") }),
    (server) => server.stop(),
  );
  const redis = opened.adopt(await startRedis({ folder: folderOf("redis") }), (server) => server.stop());
  const nats = opened.adopt(await startNats({ folder: folderOf("nats") }), (server) => server.stop());
  const databaseUrl = await postgres.ensureDatabase("ameide");
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redis.url,
    NATS_URL: nats.url,
    OBJECT_STORE_URL: pathToFileURL(folderOf("objects")).href,
  };
}

void main();
