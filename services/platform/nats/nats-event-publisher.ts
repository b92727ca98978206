import type { Registry } from "@bufbuild/protobuf";
import { headers, NatsError, type JetStreamClient, type PubAck } from "nats";
import { aggregateOf, shortTypeOf, toCloudEvent, withoutData } from "../event-relay/cloud-event.ts";
import type { EventPublisher } from "../event-relay/event-publisher.ts";
import type { StoredEvent } from "../event-store/event-store.ts";
import { declareStream, declaring, type DeclaredJetStream } from "./nats-declarations.ts";
import { EVENT_SUBJECTS, EVENTS_STREAM } from "./nats-event-streams.ts";
import type { NatsLink } from "./nats-link.ts";
import { subjectToken } from "./nats-subject.ts";

const CLOUD_EVENT_TYPE = "application/cloudevents+json";

const ANSWER_MILLISECONDS = 5000;
/** What the headers of a message take of its size at most. */
const HEADER_BYTES = 4096;
const NO_MESSAGE = 10037;

/** Publishes to the stream AMEIDE_EVENTS, each event as a structured CloudEvent whose id is the message's. */
export function createNatsEventPublisher(
  link: NatsLink,
  { registry }: { registry: Registry },
): EventPublisher {
  const jetStream = declaring(link, (manager) => declareStream(manager, EVENTS_STREAM));
  const encode = encoder(link, registry);
  return {
    isUp: () => link.connection !== undefined,
    async publish(event) {
      await send(jetStream, event, encode(event), event.metadata.eventId);
    },
    async publishAgain(event) {
      const { eventId } = event.metadata;
      const data = encode(event);
      // A purged stream still remembers the ids of a while ago, and stores none of them.
      for (let copy = 1; ; copy += 1) {
        const ack = await send(jetStream, event, data, copy === 1 ? eventId : `${eventId}.${copy}`);
        if (!ack.duplicate || (await isStored(await jetStream.get(), ack))) return;
      }
    },
  };
}

function encoder(link: NatsLink, registry: Registry): (event: StoredEvent) => Uint8Array {
  const convert = toCloudEvent(registry);
  const bytesOf = (value: object) => Buffer.from(JSON.stringify(value));
  return (event) => {
    const published = convert(event);
    const bytes = bytesOf(published);
    const most = (link.connection?.info?.max_payload ?? 2 ** 20) - HEADER_BYTES;
    return bytes.length > most ? bytesOf(withoutData(published)) : bytes;
  };
}

/** Resolves when it is stored. The stream is declared anew if it is gone. */
async function send(
  jetStream: DeclaredJetStream,
  event: StoredEvent,
  data: Uint8Array,
  msgID: string,
): Promise<PubAck> {
  const about = headers();
  about.set("content-type", CLOUD_EVENT_TYPE);
  const subject = eventSubject(event);
  try {
    const client = await jetStream.get();
    return await client.publish(subject, data, { msgID, headers: about, timeout: ANSWER_MILLISECONDS });
  } catch (error) {
    jetStream.forget();
    throw error;
  }
}

const eventSubject = (event: Pick<StoredEvent, "tenantId" | "streamId" | "type">): string =>
  [event.tenantId, aggregateOf(event), shortTypeOf(event)]
    .map(subjectToken)
    .reduce((subject, token) => `${subject}.${token}`, EVENT_SUBJECTS);

async function isStored(jetStream: JetStreamClient, { stream, seq }: PubAck): Promise<boolean> {
  try {
    const manager = await jetStream.jetstreamManager();
    await manager.streams.getMessage(stream, { seq });
    return true;
  } catch (error) {
    if (error instanceof NatsError && error.api_error?.err_code === NO_MESSAGE) return false;
    throw error;
  }
}
