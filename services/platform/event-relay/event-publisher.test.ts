import { EventMetadataSchema } from "@ameide/proto-private/ameide/events/v1/event_metadata_pb.js";
import { create } from "@bufbuild/protobuf";
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { expect, it } from "vitest";
import type { StoredEvent } from "../event-store/event-store.ts";
import { publishAll } from "./event-publisher.ts";

const event = (streamId: string, version: number): StoredEvent => ({
  tenantId: "t",
  streamId,
  version,
  type: "example.Happened",
  data: create(EmptySchema),
  metadata: create(EventMetadataSchema, { eventId: `${streamId}-${version}` }),
  time: new Date(0),
});

it("an event that cannot be published is named, and none of its stream is published after it", async () => {
  const published: string[] = [];
  const events = [event("a", 1), event("a", 2), event("a", 3), event("b", 1)];
  const publishing = publishAll(events, async ({ streamId, version }) => {
    if (streamId === "a" && version === 2) throw new Error("too large");
    published.push(`${streamId} ${version}`);
  });
  await expect(publishing).rejects.toMatchObject({
    message: "an event could not be published: example.Happened, version 2 of a of tenant t",
    cause: { message: "too large" },
  });
  expect(published.toSorted()).toEqual(["a 1", "b 1"]);
});
