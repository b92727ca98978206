import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { eventFixture, REGISTRY, titleOf } from "../../testing/contracts/event-fixture.ts";
import { forEachDatabase } from "../../testing/databases.ts";
import type { StoredEvent } from "../event-store/event-store.ts";
import { replayEvents } from "./replay-events.ts";

describe("a replay", () => {
  forEachDatabase((given) => {
    const { append } = eventFixture(() => given().database);

    /** Seen to go on for ever when it ended with an empty page only. */
    it("ends although every event that it publishes is followed by another one", async () => {
      const tenant = uuidv7();
      await append(tenant, "s-1", 0, "1", "2", "3");
      const published: StoredEvent[] = [];
      const publishAgain = async (event: StoredEvent) => {
        published.push(event);
        if (published.length > 20) throw new Error("it does not end");
        await append(tenant, "s-1", 2 + published.length, "meanwhile");
      };
      const publisher = { isUp: () => true, publish: publishAgain, publishAgain };
      const deps = { database: given().database, registry: REGISTRY, publisher };
      expect(await replayEvents(deps, "start")).toBe(3);
      expect(published.map(titleOf)).toEqual(["1", "2", "3"]);
    });

    it("publishes all pages of what there is", async () => {
      const tenant = uuidv7();
      const titles = Array.from({ length: 1100 }, (_, i) => `${i}`);
      await append(tenant, "s-2", 0, ...titles);
      const published: string[] = [];
      const publishAgain = async (event: StoredEvent) => {
        if (event.tenantId === tenant) published.push(titleOf(event));
      };
      const publisher = { isUp: () => true, publish: publishAgain, publishAgain };
      await replayEvents({ database: given().database, registry: REGISTRY, publisher }, "start");
      expect(published).toEqual(titles);
    });
  });
});
