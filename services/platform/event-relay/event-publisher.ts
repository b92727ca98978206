import type { StoredEvent } from "../event-store/event-store.ts";

/** Where committed events are told to whoever is interested, inside and outside of the program. */
export interface EventPublisher {
  /** Whether it can be tried. */
  isUp(): boolean;
  /** Resolves once it is stored there. An event that was published a moment ago is not stored twice. */
  publish(event: StoredEvent): Promise<void>;
  /** The same for an event that was published before, and may have been lost there since. */
  publishAgain(event: StoredEvent): Promise<void>;
}

/** Says which event holds all others up. */
function notPublished({ tenantId, streamId, version, type }: StoredEvent, cause: unknown): Error {
  const which = `${type}, version ${version} of ${streamId} of tenant ${tenantId}`;
  return new Error(`an event could not be published: ${which}`, { cause });
}

/** Enough to fill the way to the server and back; measured, more does not publish more. */
const IN_FLIGHT = 100;

/** Publishes many at a time, those of one stream one after the other. Throws when one could not be published. */
export async function publishAll(
  events: readonly StoredEvent[],
  publish: (event: StoredEvent) => Promise<void>,
): Promise<void> {
  const byStream = Map.groupBy(events, ({ tenantId, streamId }) => `${tenantId} ${streamId}`);
  const waiting = byStream.values();
  let hasFailed = false;
  const publishing = Array.from({ length: Math.min(IN_FLIGHT, byStream.size) }, async () => {
    try {
      for (const stream of waiting) {
        for (const event of stream) {
          if (hasFailed) return;
          await publish(event).catch((error: unknown) => {
            throw notPublished(event, error);
          });
        }
      }
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  });
  const failed = (await Promise.allSettled(publishing)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
