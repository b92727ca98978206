import { setImmediate as turn } from "node:timers/promises";
import { expect, it } from "vitest";
import { createBytePlaces } from "./byte-places.ts";

/** Takes places and notes in which order they were given. */
function world(limit: number) {
  const places = createBytePlaces(limit);
  const given: string[] = [];
  const take = async (name: string, bytes: number, signal?: AbortSignal) => {
    const giveBack = await places.take(bytes, signal);
    given.push(name);
    return giveBack;
  };
  return { take, given };
}

it("bytes beyond the limit wait until there are places, in the order in which they came", async () => {
  const { take, given } = world(100);
  const giveBack = await take("a", 60);
  const rest = [take("b", 60), take("c", 10)];
  await turn();
  expect(given).toEqual(["a"]);
  giveBack();
  await Promise.all(rest);
  expect(given).toEqual(["a", "b", "c"]);
});

it("one that is larger than the limit has it alone", async () => {
  const { take, given } = world(100);
  const giveBack = await take("large", 500);
  const small = take("small", 1);
  await turn();
  expect(given).toEqual(["large"]);
  giveBack();
  await small;
});

it("whoever leaves while waiting takes no place, and holds up nobody", async () => {
  const { take, given } = world(100);
  const giveBack = await take("a", 60);
  const left = new AbortController();
  const [large, small] = [take("large", 100, left.signal), take("small", 40)];
  left.abort(new Error("gone"));
  await expect(large).rejects.toThrow("gone");
  await small;
  expect(given).toEqual(["a", "small"]);
  giveBack();
  await take("all but 40", 60);
});
