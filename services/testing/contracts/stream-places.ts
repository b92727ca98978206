import { v7 as uuidv7 } from "uuid";
import { describe, expect, it, vi } from "vitest";
import type { StreamLimit, StreamPlaces } from "../../platform/rate-limit/stream-places.ts";

/** What all stream places promise; `here` and `there` are the same places as two processes see them. */
export function streamPlacesContract(createPlaces: () => { here: StreamPlaces; there: StreamPlaces }): void {
  function world(perUser: number, perTenant: number) {
    const { here, there } = createPlaces();
    const tenant = uuidv7();
    const limits = (user: string): StreamLimit[] => [
      { scope: "user", key: user, limit: perUser },
      { scope: "tenant", key: "", limit: perTenant },
    ];
    const take = (user = "alice", places = here) => places.take(tenant, limits(user));
    return { here, there, take };
  }

  describe("taking places", () => {
    it("goes up to the limit, in all processes together, and names the one that is reached", async () => {
      const { take, there } = world(3, 5);
      const taken = [await take(), await take("alice", there), await take()];
      expect(taken.filter(({ full }) => full)).toEqual([]);
      expect((await take()).full).toEqual({ scope: "user", key: "alice", limit: 3 });
      expect((await take("alice", there)).full).toMatchObject({ scope: "user" });
      expect((await take("bob", there)).full).toBeUndefined();
      expect((await take("carol")).full).toBeUndefined();
      expect((await take("dave", there)).full).toMatchObject({ scope: "tenant", limit: 5 });
    });

    it("never gives out more, when many come at once", async () => {
      const { take, here, there } = world(10, 100);
      const outcomes = await Promise.all(
        Array.from({ length: 60 }, (_, i) => take("alice", i % 2 === 0 ? here : there)),
      );
      expect(outcomes.filter(({ full }) => !full)).toHaveLength(10);
    });

    it("a refused stream holds no place under any limit", async () => {
      const { take } = world(1, 2);
      await take();
      for (let i = 0; i < 5; i++) await take();
      expect((await take("bob")).full).toBeUndefined();
    });

    it("a place given back is free for others, and giving it back twice frees one", async () => {
      const { take, there } = world(2, 10);
      const first = await take();
      await take();
      first.release?.();
      first.release?.();
      await vi.waitFor(async () => expect((await take("alice", there)).full).toBeUndefined());
      expect((await take()).full).toMatchObject({ scope: "user" });
    });

    it("without limits always succeeds", async () => {
      const { here } = createPlaces();
      expect((await here.take("anybody", [])).full).toBeUndefined();
    });
  });
}
