import { randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { requireKey, type ObjectStore } from "./object-store.ts";

/** Objects as files of a folder, which several processes may share. */
export function createDirectoryObjectStore(folder: string): ObjectStore {
  const fileOf = (key: string) => join(folder, requireKey(key));
  return {
    put: async (key, bytes) => putWhole(fileOf(key), bytes),
    get: (key) => unlessMissing(readFile(fileOf(key))),
    async read(key) {
      const file = fileOf(key);
      if ((await unlessMissing(stat(file))) === undefined) return undefined;
      return createReadStream(file, { highWaterMark: 256 * 1024 });
    },
    size: async (key) => (await unlessMissing(stat(fileOf(key))))?.size,
    async delete(key) {
      const file = fileOf(key);
      await rm(file, { force: true });
      // A folder that holds nothing any more goes, too: uploads have one each.
      await rmdir(dirname(file)).catch(() => undefined);
    },
    list: (prefix) => listFiles(folder, prefix),
  };
}

const TEMPORARY = ".new-";

const TRIES = 5;

/** A delete may take the folder away between its making and the first write. */
async function putWhole(file: string, bytes: Uint8Array): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await writeWhole(file, bytes);
    } catch (error) {
      const isGone = error instanceof Error && "code" in error && error.code === "ENOENT";
      if (!isGone || tries === TRIES) throw error;
    }
  }
}

/** Written aside, forced to disk and renamed; the folder too, or a power failure may take the name back. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const aside = join(dirname(file), `${TEMPORARY}${randomUUID()}`);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const handle = await open(aside, "wx", 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
    await handle.close();
    await rename(aside, file);
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(aside, { force: true });
    throw error;
  }
  const parent = await open(dirname(file), "r");
  await parent.sync().finally(() => parent.close());
}

async function* listFiles(folder: string, prefix: string): AsyncGenerator<string> {
  const under = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const entries = await unlessMissing(readdir(join(folder, under), { withFileTypes: true, recursive: true }));
  for (const entry of entries ?? []) {
    const key = relative(folder, join(entry.parentPath, entry.name));
    if (entry.isFile() && !entry.name.startsWith(TEMPORARY) && key.startsWith(prefix)) yield key;
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
