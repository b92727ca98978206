import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import type { ObjectStore } from "../../platform/object-store/object-store.ts";

/** What whoever keeps objects relies on. */
export function objectStoreContract(given: () => ObjectStore): void {
  const keyOf = (name = "object") => `${uuidv7()}/${name}`;
  const listed = async (prefix: string) => (await Array.fromAsync(given().list(prefix))).toSorted();
  const pieces = async (key: string) => {
    const read = await given().read(key);
    return read && new Uint8Array(Buffer.concat(await Array.fromAsync(read)));
  };

  describe("an object store", () => {
    it.each([0, 1, 300_000, 3_000_000])(
      "gives back the %d bytes it was given, whole and piece by piece",
      async (size) => {
        const [key, bytes] = [keyOf(), new Uint8Array(randomBytes(size))];
        await given().put(key, bytes);
        const got = await given().get(key);
        expect(Buffer.from(got ?? "none").equals(bytes)).toBe(true);
        expect(Buffer.from((await pieces(key)) ?? "none").equals(bytes)).toBe(true);
        expect(await given().size(key)).toBe(size);
      },
    );

    it("takes memory that threads share, and keeps what was in it then", async () => {
      const key = keyOf();
      const shared = new Uint8Array(new SharedArrayBuffer(4));
      shared.set([1, 2, 3, 4]);
      await given().put(key, shared);
      shared.fill(0);
      expect([...((await given().get(key)) ?? [])]).toEqual([1, 2, 3, 4]);
    });

    it("says of what is not there that it is not, and deletes it without a word", async () => {
      const key = keyOf();
      expect([await given().get(key), await given().read(key), await given().size(key)]).toEqual([
        undefined,
        undefined,
        undefined,
      ]);
      await given().delete(key);
    });

    it("replaces, deletes, and lists what begins with a prefix and nothing else", async () => {
      const [mine, other] = [uuidv7(), uuidv7()];
      const names = ["a/1", "a/2", "a/3", "a/4", "a/5", "ab", "b"];
      for (const name of names) await given().put(`${mine}/${name}`, new Uint8Array([1]));
      await given().put(`${other}/a/1`, new Uint8Array([1]));
      await given().put(`${mine}/b`, new Uint8Array([2, 2]));
      expect(await given().size(`${mine}/b`)).toBe(2);
      expect(await listed(`${mine}/`)).toEqual(names.map((name) => `${mine}/${name}`));
      expect(await listed(`${mine}/a/`)).toHaveLength(5);
      expect(await listed(`${mine}/a`)).toHaveLength(6);
      expect(await listed(`${uuidv7()}/`)).toEqual([]);
      await given().delete(`${mine}/ab`);
      expect(await listed(`${mine}/a`)).toHaveLength(5);
    });

    it("refuses names that lead elsewhere", async () => {
      for (const key of ["../x", "a/../x", "/x", "a//x", "", ".new-x", "a/.x", "a b", "é"])
        await expect(async () => given().put(key, new Uint8Array())).rejects.toThrow("not a name");
    });

    it("has one of two that are put at once, whole", async () => {
      const key = keyOf();
      const both = [1, 2].map((byte) => new Uint8Array(200_000).fill(byte));
      await Promise.all(both.map((bytes) => given().put(key, bytes)));
      const got = (await given().get(key)) ?? new Uint8Array();
      expect([1, 2].some((byte) => got.length === 200_000 && got.every((one) => one === byte))).toBe(true);
    });
  });
}
