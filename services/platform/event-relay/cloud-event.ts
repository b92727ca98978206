import { toJson, type JsonValue, type Registry } from "@bufbuild/protobuf";
import { CloudEvent } from "cloudevents";
import { eventTypes } from "../event-store/event-types.ts";
import type { StoredEvent } from "../event-store/event-store.ts";

/** An event as others see it: CloudEvents 1.0 with our extension attributes, data as protobuf's JSON. */
export type PublishedEvent = CloudEvent<JsonValue>;

/** What kind of thing a stream is of: `chat` of `chat-0192…`. */
export const aggregateOf = ({ streamId }: Pick<StoredEvent, "streamId">): string =>
  streamId.split("-", 1)[0] ?? streamId;

/** The name of a message type without its package. */
export const shortTypeOf = ({ type }: Pick<StoredEvent, "type">): string =>
  type.slice(type.lastIndexOf(".") + 1);

/** What is not known is left out; an attribute of a CloudEvent is never empty. */
const known = (attributes: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ""));

export function toCloudEvent(registry: Registry): (event: StoredEvent) => PublishedEvent {
  const { schemaOf } = eventTypes(registry);
  return (event) => {
    const { eventId, userId, requestId, traceId } = event.metadata;
    return new CloudEvent<JsonValue>({
      id: eventId,
      source: `/ameide/${aggregateOf(event)}`,
      type: event.type,
      subject: event.streamId,
      time: event.time.toISOString(),
      datacontenttype: "application/json",
      tenantid: event.tenantId,
      streamversion: event.version,
      ...known({ userid: userId, requestid: requestId, traceid: traceId }),
      data: toJson(schemaOf(event.type), event.data, { registry }),
    });
  };
}

/** The same event for a channel that it is too large for: it says where its data is, by the `dataref` extension. */
export function withoutData(event: PublishedEvent): PublishedEvent {
  const { data: _data, datacontenttype: _type, ...attributes } = event.toJSON();
  const dataref = `ameide:events/${event["tenantid"]}/${event.subject}/${event["streamversion"]}`;
  return new CloudEvent<JsonValue>({ ...attributes, dataref });
}

/** Throws when the text is no CloudEvent. */
export const parseCloudEvent = (text: string): PublishedEvent => new CloudEvent(JSON.parse(text));
