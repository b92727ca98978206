import { describe, expect, it } from "vitest";
import { createEventChannel } from "./event-channel.ts";

describe("an event channel", () => {
  it("gives events in order and then ends", async () => {
    const channel = createEventChannel<number>();
    channel.push(1);
    channel.push(2);
    channel.end();
    expect(await Array.fromAsync(channel)).toEqual([1, 2]);
  });

  it("gives what was pushed before a failure, then throws it", async () => {
    const channel = createEventChannel<number>();
    const seen: number[] = [];
    const failure = new Error("broken");
    channel.push(1);
    channel.fail(failure);
    channel.push(2);
    await expect(readInto(seen, channel)).rejects.toBe(failure);
    expect(seen).toEqual([1]);
  });

  it("throws at once when aborted, even after its end", async () => {
    const channel = createEventChannel<number>();
    const seen: number[] = [];
    const reason = new Error("cancelled");
    channel.push(1);
    channel.push(2);
    channel.end();
    await expect(readInto(seen, channel, () => channel.abort(reason))).rejects.toBe(reason);
    expect(seen).toEqual([1]);
  });

  it("holds a writer up that is too far ahead, until the reader comes", async () => {
    const channel = createEventChannel<number>();
    let pushed = 0;
    const write = async () => {
      for (; pushed < 1000; pushed += 1) await channel.push(pushed);
      channel.end();
    };
    const written = write();
    await new Promise(setImmediate);
    expect(pushed).toBeLessThan(100);
    expect(await Array.fromAsync(channel)).toHaveLength(1000);
    await written;
  });

  it("lets a writer go that nobody reads any more", async () => {
    const channel = createEventChannel<number>();
    let full: Promise<void> | undefined;
    while (!full) full = channel.push(1);
    channel.abort(new Error("gone"));
    await full;
    expect(channel.push(2)).toBeUndefined();
  });
});

async function readInto(
  seen: number[],
  channel: AsyncIterable<number>,
  afterEach = () => undefined as void,
): Promise<void> {
  for await (const event of channel) {
    seen.push(event);
    afterEach();
  }
}
