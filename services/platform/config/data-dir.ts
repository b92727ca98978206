import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

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
  mkdirSync(path, { recursive: true });
  const lock = join(path, "server.pid");
  takeLock(lock, path);
  return {
    path,
    secret: () => loadOrCreate(join(path, "token-secret")),
    release: () => rmSync(lock, { force: true }),
  };
}

function takeLock(lock: string, path: string): void {
  const holder = existsSync(lock) ? Number(readFileSync(lock, "utf8")) : 0;
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    throw new Error(`${path} is in use by process ${holder}; stop it, or set DATA_DIR to another folder`);
  }
  writeFileSync(lock, String(process.pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

function loadOrCreate(file: string): Uint8Array {
  if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 });
  return readFileSync(file);
}
