import { execFile, spawn } from "node:child_process";
import { chownSync, existsSync, globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import postgres from "postgres";
import { freePort } from "./free-port.ts";

const run = promisify(execFile);

/** A PostgreSQL of our own, which is gone with whoever started it. */
export interface PostgresServer {
  /** The address of a new, empty database. Its owner is no superuser, as with a hosted PostgreSQL. */
  createDatabase(): Promise<string>;
  /** The address of the database of this name, which is made when it is not there. */
  ensureDatabase(name: string): Promise<string>;
  /** The address of a new database that begins as a copy of another one, to which nobody is connected. */
  copyDatabase(url: string): Promise<string>;
  /** What other processes need to use the server, see `joinPostgres`. */
  address: string;
  /** Ends it and deletes its data, unless it has a folder of its own. */
  stop(): Promise<void>;
  /** Ends it without a goodbye, as a crash would; the address and the data stay for `restart`. */
  kill(): Promise<void>;
  /** Kills it if it runs and starts it on the same port with what it had. */
  restart(): Promise<void>;
}

export interface PostgresServerOptions {
  /** Where its data is kept, safe from a power failure; default: a temporary folder, fast and deleted at the end. */
  folder?: string;
  /** Default: a free one. */
  port?: number;
}

/** The folder of the newest PostgreSQL that is installed. */
export function findPostgres(): string | undefined {
  const onPath = (process.env["PATH"] ?? "").split(delimiter);
  const debian = globSync("/usr/lib/postgresql/*/bin").toSorted((a, b) => versionIn(b) - versionIn(a));
  return [...debian, ...onPath].find((folder) => globSync(join(folder, "initdb")).length > 0);
}

const versionIn = (folder: string) => Number(folder.split("/").at(-2));

const SUPERUSER = "postgres";
const OWNER = "ameide_owner";
/** Speed over safety from a power failure, where nothing outlives the tests; a killed server loses nothing. */
const UNSAFE = { fsync: "off", full_page_writes: "off" };
const SETTINGS = {
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
};

/** Starts a server on the loopback address. */
export async function startPostgres(
  bin: string,
  options: PostgresServerOptions = {},
): Promise<PostgresServer> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "ameide-postgres-"));
  const removes = options.folder === undefined;
  const asOwner = await processOwner(folder);
  const data = join(folder, "data");
  const port = options.port ?? (await freePort());
  const address = `postgres://${SUPERUSER}@127.0.0.1:${port}/postgres`;
  const settings = Object.entries({ ...SETTINGS, ...(removes && UNSAFE), port });
  const pgCtl = (...args: string[]) => asOwner(join(bin, "pg_ctl"), ["-D", data, "-w", ...args]);
  const start = () => {
    const told = settings.map(([name, value]) => `-c ${name}='${value}'`).join(" ");
    return pgCtl("-l", join(folder, "log"), "-o", told, "start");
  };
  const kill = () => pgCtl("-m", "immediate", "stop").catch(() => undefined);
  try {
    const isNew = !existsSync(data);
    if (isNew) await asOwner(join(bin, "initdb"), ["-D", data, ...INITDB]);
    await start();
    if (isNew) await query(address, `CREATE ROLE ${OWNER} LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS`);
  } catch (error) {
    if (removes) rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  const stopWithParent = watchParent(data, removes ? folder : "");
  return {
    ...joinPostgres(address),
    kill: async () => void (await kill()),
    async restart() {
      await kill();
      await start();
    },
    async stop() {
      stopWithParent.cancel();
      await (removes ? kill() : pgCtl("-m", "fast", "stop"));
      if (removes) rmSync(folder, { recursive: true, force: true });
    },
  };
}

const INITDB = ["-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"];

/** Uses a server that another process started. */
export function joinPostgres(
  address: string,
): Pick<PostgresServer, "address" | "createDatabase" | "copyDatabase" | "ensureDatabase"> {
  const create = async (name: string, template = "template0") => {
    await query(address, `CREATE DATABASE ${name} OWNER ${OWNER} TEMPLATE ${template}`);
    return urlOf(address, name);
  };
  const newName = () => `t${crypto.randomUUID().replaceAll("-", "")}`;
  return {
    address,
    createDatabase: () => create(newName()),
    copyDatabase: (url) => create(newName(), new URL(url).pathname.slice(1)),
    ensureDatabase: (name) =>
      create(name).catch((error: unknown) => {
        if (error instanceof postgres.PostgresError && error.code === DUPLICATE) return urlOf(address, name);
        throw error;
      }),
  };
}

/** duplicate_database */
const DUPLICATE = "42P04";

function urlOf(address: string, database: string): string {
  const url = new URL(address);
  url.username = OWNER;
  url.pathname = `/${database}`;
  return url.href;
}

async function query(address: string, text: string): Promise<void> {
  const sql = postgres(address, { max: 1, onnotice: () => undefined });
  try {
    await sql.unsafe(text);
  } finally {
    await sql.end();
  }
}

type Execute = (program: string, args: readonly string[]) => Promise<unknown>;

/** PostgreSQL refuses to run as root, so root runs it as the user that its package made. */
async function processOwner(folder: string): Promise<Execute> {
  if (process.getuid?.() !== 0) return (program, args) => run(program, args, { cwd: folder });
  const { stdout } = await run("id", ["-u", SUPERUSER]);
  chownSync(folder, Number(stdout), -1);
  return (program, args) => run("runuser", ["-u", SUPERUSER, "--", program, ...args], { cwd: folder });
}

/** When this process is killed, nobody is left to stop the server: a shell waits for that. */
function watchParent(data: string, remove: string): { cancel(): void } {
  const script = `
    while kill -0 ${process.pid} 2>/dev/null; do sleep 1; done
    kill -QUIT "$(head -n 1 "$0/postmaster.pid")"; sleep 1; [ -z "$1" ] || rm -rf "$1"`;
  const shell = spawn("sh", ["-c", script, data, remove], { detached: true, stdio: "ignore" });
  shell.unref();
  return { cancel: () => void shell.kill() };
}
