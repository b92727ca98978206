import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Config } from "../config/config.ts";
import { createDirectoryObjectStore } from "./directory-object-store.ts";
import { createInProcessObjectStore } from "./in-process-object-store.ts";
import type { ObjectStore } from "./object-store.ts";

/** The store that the configuration names; without one a folder beside the embedded database. */
export function openObjectStore({
  OBJECT_STORE_URL,
  DATA_DIR,
}: Pick<Config, "OBJECT_STORE_URL" | "DATA_DIR">): ObjectStore {
  if (OBJECT_STORE_URL !== undefined) return createDirectoryObjectStore(fileURLToPath(OBJECT_STORE_URL));
  if (DATA_DIR === ":memory:") return createInProcessObjectStore();
  return createDirectoryObjectStore(join(DATA_DIR, "objects"));
}
