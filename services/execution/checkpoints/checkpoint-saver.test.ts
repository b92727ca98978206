import { v7 as uuidv7 } from "uuid";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { forEachDatabase } from "../../testing/databases.ts";
import { CheckpointSaver } from "./checkpoint-saver.ts";

// The published suite takes vitest's functions from the global scope.
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it });
const { deltaChannelHistoryTests, validate } = await import("@langchain/langgraph-checkpoint-validation");

forEachDatabase((opened) => {
  const initializer = {
    checkpointerName: "the checkpoint saver",
    createCheckpointer: () => new CheckpointSaver(opened().database, uuidv7()),
  };
  validate(initializer);
  deltaChannelHistoryTests(initializer);
});
