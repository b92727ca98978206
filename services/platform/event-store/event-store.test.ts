import { describe } from "vitest";
import { eventStoreContract } from "../../testing/contracts/event-store.ts";
import { concurrentFeedContract, feedContract } from "../../testing/contracts/feed.ts";
import { streamTailContract } from "../../testing/contracts/stream-tail.ts";
import { forEachDatabase, onPostgres } from "../../testing/databases.ts";

forEachDatabase((given) => {
  describe("the event store", () => {
    eventStoreContract(given);
  });
  describe("the feed", () => {
    feedContract(given);
  });
  describe("the tail of a stream", () => {
    streamTailContract(given);
  });
});

// PGlite has one session, so its transactions are never open at the same time.
onPostgres((given) => {
  describe("the feed, with transactions open at the same time", () => {
    concurrentFeedContract(given);
  });
});
