import { describe } from "vitest";
import { eventStoreContract } from "../../testing/contracts/event-store.ts";
import { concurrentFeedContract, feedContract } from "../../testing/contracts/feed.ts";
import { streamTailContract } from "../../testing/contracts/stream-tail.ts";
import { forEachDatabase, onPostgres } from "../../testing/databases.ts";

forEachDatabase((use) => {
  describe("the event store", () => eventStoreContract(use));
  describe("the feed", () => feedContract(use));
  describe("the tail of a stream", () => streamTailContract(use));
});

// PGlite has one session, so its transactions are never open at the same time.
onPostgres((use) => {
  describe("the feed, with transactions open at the same time", () => concurrentFeedContract(use));
});
