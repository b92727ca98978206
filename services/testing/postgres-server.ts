import { execFile, spawn } from "node:child_process";
import { chownSync, globSync, mkdtempSync, rmSync } from "node:fs";
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
  /** The address of a new database that begins as a copy of another one, to which nobody is connected. */
  copyDatabase(url: string): Promise<string>;
  /** What other processes need to use the server, see `joinPostgres`. */
  address: string;
  stop(): Promise<void>;
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
/** Speed over safety: nothing in it outlives the tests. */
const SETTINGS = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  listen_addresses: "127.0.0.1",
  unix_socket_directories: "",
  max_connections: "200",
  shared_buffers: "64MB",
};

/** Starts a server on a free port of the loopback address. */
export async function startPostgres(bin: string): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), "ameide-postgres-"));
  const asOwner = await processOwner(folder);
  const data = join(folder, "data");
  try {
    await asOwner(join(bin, "initdb"), [
      "-D",
      data,
      "-U",
      SUPERUSER,
      "-A",
      "trust",
      "-E",
      "UTF8",
      "--locale=C",
      "-N",
    ]);
    const port = await freePort();
    const options = Object.entries({ ...SETTINGS, port }).map(([name, value]) => `-c ${name}='${value}'`);
    const start = ["-D", data, "-w", "-l", join(folder, "log"), "-o", options.join(" "), "start"];
    await asOwner(join(bin, "pg_ctl"), start);
    const address = `postgres://${SUPERUSER}@127.0.0.1:${port}/postgres`;
    await query(address, `CREATE ROLE ${OWNER} LOGIN CREATEROLE NOSUPERUSER NOBYPASSRLS`);
    const stopWithParent = watchParent(folder);
    return {
      ...joinPostgres(address),
      async stop() {
        stopWithParent.cancel();
        await asOwner(join(bin, "pg_ctl"), ["-D", data, "-m", "immediate", "-w", "stop"]);
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Uses a server that another process started. */
export function joinPostgres(address: string): Omit<PostgresServer, "stop"> {
  const create = async (template: string) => {
    const name = `t${crypto.randomUUID().replaceAll("-", "")}`;
    await query(address, `CREATE DATABASE ${name} OWNER ${OWNER} TEMPLATE ${template}`);
    return urlOf(address, name);
  };
  return {
    address,
    createDatabase: () => create("template0"),
    copyDatabase: (url) => create(new URL(url).pathname.slice(1)),
  };
}

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
function watchParent(folder: string): { cancel(): void } {
  const script = `
    while kill -0 ${process.pid} 2>/dev/null; do sleep 1; done
    kill -QUIT "$(head -n 1 "$0/data/postmaster.pid")"; sleep 1; rm -rf "$0"`;
  const shell = spawn("sh", ["-c", script, folder], { detached: true, stdio: "ignore" });
  shell.unref();
  return { cancel: () => void shell.kill() };
}
