import { fileURLToPath } from "node:url";
import { v7 as uuidv7 } from "uuid";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createDatabase, type Database } from "../../platform/db/database.ts";
import { migrate } from "../../platform/db/migrate.ts";
import { openPglite } from "../../platform/db/pglite-driver.ts";
import { CheckpointSaver } from "./checkpoint-saver.ts";

// The published suite takes vitest's functions from the global scope.
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });
const { deltaChannelHistoryTests, validate } = await import("@langchain/langgraph-checkpoint-validation");

const MIGRATIONS = fileURLToPath(new URL("../../migrations", import.meta.url));

let database: Database;
const initializer = {
  checkpointerName: "the checkpoint saver on pglite",
  async beforeAll() {
    const driver = await openPglite(undefined);
    await migrate(driver, MIGRATIONS);
    database = createDatabase(driver);
  },
  afterAll: () => database.close(),
  createCheckpointer: () => new CheckpointSaver(database, uuidv7()),
};
validate(initializer);
deltaChannelHistoryTests(initializer);
