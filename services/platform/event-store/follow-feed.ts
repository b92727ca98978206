import type { Registry } from "@bufbuild/protobuf";
import type { Bus } from "../bus/bus.ts";
import { createWakeUp } from "../bus/wake-up.ts";
import type { Database } from "../db/database.ts";
import { FEED_SUBJECT } from "./event-store.ts";
import { readFeed, type FeedCheckpoint, type FeedPage } from "./feed.ts";

/** A wake-up may be lost, and a slow transaction hides later ones until it ends, so the feed is read this often. */
const POLL_MILLISECONDS = 1000;

export interface FeedDeps {
  database: Database;
  registry: Registry;
  bus: Bus;
  pollMilliseconds?: number;
}

/**
 * The events of all tenants after a checkpoint, page by page, then live until the signal aborts. A follower stores the
 * page's checkpoint together with what it made of the page, and so sees each event exactly once.
 */
export async function* followFeed(
  deps: FeedDeps,
  after: FeedCheckpoint,
  signal: AbortSignal,
): AsyncGenerator<FeedPage> {
  const wakeUp = createWakeUp((wake) => deps.bus.subscribe(FEED_SUBJECT, wake));
  try {
    for (let checkpoint = after; !signal.aborted;) {
      const page = await readFeed(deps, checkpoint);
      if (page.events.length > 0) yield page;
      else await wakeUp.wait(deps.pollMilliseconds ?? POLL_MILLISECONDS, signal);
      checkpoint = page.checkpoint;
    }
  } finally {
    wakeUp.close();
  }
}
