import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ConfigError } from "./config.ts";

/** A `DATA_DIR` that keeps nothing. */
const MEMORY = ":memory:";

/** The folder where a laptop keeps everything; undefined path: nothing is kept. */
export interface DataDir {
  path: string | undefined;
  /** A secret that is made once and stays. */
  secret(): Uint8Array;
  release(): void;
}

/** Takes the folder for this process: two servers on one folder would destroy its database. */
export function openDataDir(path: string): DataDir {
  if (path === MEMORY) return { path: undefined, secret: () => randomBytes(32), release: () => undefined };
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const lock = join(path, "server.pid");
  takeLock(lock, path);
  return {
    path,
    secret: () => loadOrCreate(join(path, "token-secret")),
    release: () => rmSync(lock, { force: true }),
  };
}

function takeLock(lock: string, path: string): void {
  const holder = existsSync(lock) ? parseHolder(readFileSync(lock, "utf8")) : undefined;
  if (holder !== undefined && holder.pid !== process.pid && isRunning(holder)) {
    throw new ConfigError(
      `${path} is in use by process ${holder.pid}; stop it, or set DATA_DIR to another folder`,
    );
  }
  rmSync(lock, { force: true });
  try {
    // Fails when another server that starts at the same moment was faster.
    writeFileSync(lock, `${process.pid} ${startOf(process.pid)}`, { flag: "wx" });
  } catch (cause) {
    throw new Error(`${path} is being taken by another server; set DATA_DIR to another folder`, { cause });
  }
}

interface Holder {
  pid: number;
  /** When it started, where the system tells. */
  start: string;
}

function parseHolder(text: string): Holder | undefined {
  const [pid = "", start = ""] = text.split(" ");
  return /^[1-9]\d*$/.test(pid) ? { pid: Number(pid), start } : undefined;
}

/** A number is given again to other processes after a crash, most of all in a container; a start time is not. */
function isRunning({ pid, start }: Holder): boolean {
  const startNow = startOf(pid);
  return isAlive(pid) && (start === "" || startNow === "" || start === startNow);
}

/** In ticks since the machine started; empty where there is no /proc. */
function startOf(pid: number): string {
  try {
    // The name of the program, in parentheses, may hold blanks.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ");
    return fields?.[19] ?? "";
  } catch {
    return "";
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

const SECRET_BYTES = 32;

/** Written aside and renamed: a crash in between must not leave half a secret. */
function loadOrCreate(file: string): Uint8Array {
  const known = existsSync(file) ? readFileSync(file) : undefined;
  if (known?.length === SECRET_BYTES) return known;
  const secret = randomBytes(SECRET_BYTES);
  writeSecretFile(file, secret);
  return secret;
}

/** All of it or nothing, whenever the process dies; for the owner's eyes. */
export function writeSecretFile(file: string, content: Uint8Array | string): void {
  writeFileSync(`${file}.new`, content, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
