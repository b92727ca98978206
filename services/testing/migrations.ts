import { join } from "node:path";

/** The folder with the schema. */
export const MIGRATIONS = join(import.meta.dirname, "../migrations");
