import type { Registry } from "@bufbuild/protobuf";
import type { Database } from "../db/database.ts";
import { FEED_START, feedCheckpointAt, readFeed } from "../event-store/feed.ts";
import { publishAll, type EventPublisher } from "./event-publisher.ts";

export interface ReplayDeps {
  database: Database;
  registry: Registry;
  publisher: EventPublisher;
}

const PAGE = 500;

/**
 * Publishes again, with the same ids, what the database holds since a time, up to now. What is still there and not
 * long ago is left as it is; otherwise consumers see it once more. Resolves to how many events that were.
 */
export async function replayEvents(
  deps: ReplayDeps,
  from: "start" | Date,
  onProgress: (events: number) => void = () => undefined,
): Promise<number> {
  let checkpoint = from === "start" ? FEED_START : await feedCheckpointAt(deps, from);
  let count = 0;
  while (checkpoint) {
    const page = await readFeed(deps, checkpoint, PAGE);
    if (page.events.length === 0) break;
    await publishAll(page.events, (event) => deps.publisher.publishAgain(event));
    count += page.events.length;
    onProgress(count);
    // A page that is not full was up to now: where events are committed all the time, an empty one never comes.
    checkpoint = page.events.length < PAGE ? undefined : page.checkpoint;
  }
  return count;
}
