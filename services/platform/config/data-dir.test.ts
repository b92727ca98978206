import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDataDir } from "./data-dir.ts";

describe("the data folder", () => {
  let path: string;
  beforeEach(() => (path = mkdtempSync(join(tmpdir(), "ameide-data-"))));
  afterEach(() => rmSync(path, { recursive: true, force: true }));
  const lock = () => join(path, "server.pid");

  it("is made when it is not there, and free again when released", () => {
    const inner = join(path, "a/b");
    const dir = openDataDir(inner);
    expect(existsSync(join(inner, "server.pid"))).toBe(true);
    dir.release();
    expect(existsSync(join(inner, "server.pid"))).toBe(false);
    openDataDir(inner).release();
  });

  it("in use by a live process is refused by name", async () => {
    const other = spawn("sleep", ["30"]);
    await once(other, "spawn");
    writeFileSync(lock(), `${other.pid}`);
    expect(() => openDataDir(path)).toThrow(`is in use by process ${other.pid}`);
    other.kill("SIGKILL");
    await once(other, "exit");
    openDataDir(path).release();
  });

  it("of a crashed server whose number another program has now is taken", async () => {
    const other = spawn("sleep", ["30"]);
    await once(other, "spawn");
    writeFileSync(lock(), `${other.pid} 1`);
    expect(openDataDir(path).path).toBe(path);
    other.kill("SIGKILL");
  });

  it.each(["", "garbage", "-1", "0", "99999999"])("with %j in its lock is taken", (text) => {
    writeFileSync(lock(), text);
    expect(openDataDir(path).path).toBe(path);
  });

  it("keeps a secret that only its owner may read", () => {
    const dir = openDataDir(path);
    const secret = dir.secret();
    expect(secret).toHaveLength(32);
    expect(dir.secret()).toEqual(secret);
    dir.release();
    expect(openDataDir(path).secret()).toEqual(secret);
    expect(statSync(join(path, "token-secret")).mode & 0o777).toBe(0o600);
  });

  it("with half a secret, left by a crash, gets a new whole one", () => {
    writeFileSync(join(path, "token-secret"), "");
    const secret = openDataDir(path).secret();
    expect(secret).toHaveLength(32);
    expect(readFileSync(join(path, "token-secret"))).toEqual(secret);
  });

  it("that keeps nothing is no folder, and its secret is new each time", () => {
    const dir = openDataDir(":memory:");
    expect(dir.path).toBeUndefined();
    expect(dir.secret()).not.toEqual(openDataDir(":memory:").secret());
    dir.release();
  });
});
