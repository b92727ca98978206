import type { JsMsg } from "nats";
import { parseCloudEvent, type PublishedEvent } from "../platform/event-relay/cloud-event.ts";
import type { NatsLink } from "../platform/nats/nats-link.ts";

/** What a JetStream stream holds, oldest first. */
export async function messagesIn(link: NatsLink, stream: string): Promise<JsMsg[]> {
  const manager = await link.connection?.jetstreamManager();
  const count = (await manager?.streams.info(stream))?.state.messages ?? 0;
  if (count === 0) return [];
  const consumer = await link.connection?.jetstream().consumers.get(stream);
  const messages: JsMsg[] = [];
  for await (const message of (await consumer?.fetch({ max_messages: count, expires: 5000 })) ?? []) {
    messages.push(message);
    if (messages.length === count) break;
  }
  return messages;
}

/** The events in it, of one tenant or of all. */
export async function publishedEvents(link: NatsLink, tenantId?: string): Promise<PublishedEvent[]> {
  const messages = await messagesIn(link, "AMEIDE_EVENTS");
  const events = messages.map((message) => parseCloudEvent(message.string()));
  return events.filter((event) => tenantId === undefined || event["tenantid"] === tenantId);
}
