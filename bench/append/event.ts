import { ChatRenamedSchema } from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { create } from "@bufbuild/protobuf";

export const TENANT = "0199aa00-0000-7000-8000-00000000acde";
export const USER = "alice";
export const EVENT = create(ChatRenamedSchema, { title: "Order to cash, as it is meant to be" });
export const newStreamId = (): string => `chat/${crypto.randomUUID()}`;
