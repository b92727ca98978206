import { Code, ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { follow, type Received, type ReconnectPolicy, type Source, withOverrides } from "./follow.ts";
import { inVirtualTime, useVirtualTime } from "./testing/virtual-time.ts";

const POLICY: ReconnectPolicy = {
  maxReconnects: 3,
  silenceTimeoutMs: 20_000,
  baseDelayMs: 100,
  maxDelayMs: 300,
  random: () => 0,
};

type Step = string | Error | "end" | "hang";

beforeEach(useVirtualTime);
afterEach(() => vi.useRealTimers());

/** A source of texts: one list of steps for each connection, the last one for all further ones. */
function source(...connections: Step[][]) {
  const log: string[] = [];
  let opened = 0;
  const made: Source<string, string> & { log: string[]; signals: AbortSignal[] } = {
    log,
    signals: [],
    open(signal) {
      log.push(`open at ${performance.now()}`);
      made.signals.push(signal);
      return play(connections[Math.min(opened++, connections.length - 1)] ?? []);
    },
    receive: (text): Received<string> => ({
      updates: [text],
      next: text === "done" ? "finish" : "read",
      progress: text !== "nothing",
    }),
    ended: () => ({ updates: [], next: "resume", progress: false }),
    isTransient: (error) => error.code !== Code.NotFound,
    reconnecting: (delayMs, failures, cause) => [`${failures}: ${delayMs} ms, ${Code[cause.code]}`],
  };
  return made;
}

async function* play(steps: Step[]): AsyncIterable<string> {
  for (const step of steps) {
    if (step instanceof Error) throw step;
    if (step === "end") return;
    // A transport that ignores its signal.
    if (step === "hang") await new Promise(() => undefined);
    yield step;
  }
}

async function collect<T>(updates: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const update of updates) all.push(update);
  return all;
}

const broken = new ConnectError("broken", Code.Unavailable);

describe("following a stream", () => {
  it("ends when its source does, and closes the connection", async () => {
    const one = source(["a", "done", "never"]);
    expect(await inVirtualTime(collect(follow(one, POLICY, undefined)))).toEqual(["a", "done"]);
    expect(one.signals[0]?.aborted).toBe(true);
  });

  it("reconnects after an error, an orderly end, and silence", async () => {
    const one = source(["a", broken], ["b", "end"], ["c", "hang"], ["done"]);
    expect(await inVirtualTime(collect(follow(one, POLICY, undefined)))).toEqual([
      "a",
      "1: 50 ms, Unavailable",
      "b",
      "1: 50 ms, Unavailable",
      "c",
      "1: 50 ms, Unavailable",
      "done",
    ]);
    expect(one.log).toEqual(["open at 0", "open at 50", "open at 100", "open at 20150"]);
  });

  it("waits longer after each failure, up to the cap, and gives up with the last error", async () => {
    const one = source(["a", broken], [broken]);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const update of follow(one, POLICY, undefined)) seen.push(update);
    })();
    await expect(inVirtualTime(reading)).rejects.toBe(broken);
    expect(seen).toEqual(["a", "1: 50 ms, Unavailable", "2: 100 ms, Unavailable", "3: 150 ms, Unavailable"]);
  });

  it("does not count messages without progress, but counts anew after 30 seconds of life", async () => {
    const idle = source(["nothing", "hang"]);
    const given = { ...POLICY, silenceTimeoutMs: 31_000 };
    const updates = follow(idle, given, undefined);
    const read = async () => {
      const seen: string[] = [];
      for (let i = 0; i < 20; i++) seen.push((await updates.next()).value ?? "");
      return seen;
    };
    const seen = await inVirtualTime(read());
    expect(seen.filter((update) => update !== "nothing")).toEqual(Array(10).fill("1: 50 ms, Unavailable"));
    const dying = source(["nothing", "end"]);
    await expect(inVirtualTime(collect(follow(dying, POLICY, undefined)))).rejects.toMatchObject({
      code: Code.Unavailable,
    });
    expect(dying.log).toHaveLength(4);
  });

  it("throws what its source does not take for transient", async () => {
    const refused = new ConnectError("no such run", Code.NotFound);
    await expect(inVirtualTime(collect(follow(source([refused]), POLICY, undefined)))).rejects.toBe(refused);
  });

  it("waits at least as long as the server asks", async () => {
    const one = source(["move"], ["done"]);
    one.receive = (text) =>
      text === "done"
        ? { updates: [text], next: "finish", progress: true }
        : { updates: [], next: "resume", progress: true, delayMs: 5000 };
    const updates = follow(one, { ...POLICY, random: () => 0.8 }, undefined);
    expect(await inVirtualTime(collect(updates))).toEqual(["1: 6000 ms, Unavailable", "done"]);
  });

  it.each(["hang", "end"] as const)("stops at once when the caller aborts during %s", async (step) => {
    const caller = new AbortController();
    const one = source(["a", step]);
    const slow = { ...POLICY, baseDelayMs: 10_000, maxDelayMs: 10_000 };
    const reading = collect(follow(one, slow, caller.signal));
    setTimeout(() => caller.abort("bye"), 1000);
    await expect(inVirtualTime(reading)).rejects.toMatchObject({ code: Code.Canceled, cause: "bye" });
    expect(performance.now()).toBe(1000);
    expect(one.signals[0]?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("opens nothing for a caller who has aborted already", async () => {
    const reading = collect(follow(source(["done"]), POLICY, AbortSignal.abort()));
    await expect(inVirtualTime(reading)).rejects.toMatchObject({ code: Code.Canceled });
  });

  it("closes the connection when the consumer breaks out of its loop", async () => {
    const one = source(["a", "b", "hang"]);
    for await (const update of follow(one, POLICY, undefined)) if (update === "b") break;
    expect(one.signals[0]?.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("a policy", () => {
  it("is replaced field by field", () => {
    const overrides = {
      maxReconnects: 0,
      silenceTimeoutMs: undefined,
    } as unknown as Partial<ReconnectPolicy>;
    expect(withOverrides(POLICY, overrides)).toEqual({ ...POLICY, maxReconnects: 0 });
  });
});
