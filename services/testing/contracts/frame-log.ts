import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { describe, expect, it, vi } from "vitest";
import { EpochLost, FencedOut, type FrameLog, type LogPage } from "../../platform/frame-log/frame-log.ts";

export const frames = (...texts: string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));
export const textsOf = (page: LogPage | undefined): string[] | undefined =>
  page?.entries.map(({ seq, data }) => `${seq} ${Buffer.from(data).toString()}`);

/** One log as two processes see it. */
export interface TwoProcesses {
  here: FrameLog;
  there: FrameLog;
}

/** What every frame log promises. `framesPerLog` is what the logs were told to hold. */
export function frameLogContract(createLogs: () => TwoProcesses, framesPerLog: number): void {
  const mintKey = () => `run-${uuidv7()}`;
  async function begun() {
    const { here, there } = createLogs();
    const key = mintKey();
    const { epoch } = await here.open(key);
    const appendTo =
      (log: FrameLog) =>
      (firstSeq: number, texts: string[], fence = 1) =>
        log.append(key, { epoch, fence, firstSeq, frames: frames(...texts) });
    const read = async (afterSeq = 0, limit = 100) => textsOf(await here.read(key, afterSeq, limit));
    return { log: here, there, key, epoch, append: appendTo(here), appendThere: appendTo(there), read };
  }

  describe("appending", () => {
    it("gives frames back in order, dense from 1", async () => {
      const { append, read, log, key, epoch } = await begun();
      await append(1, ["a", "b"]);
      await append(3, ["c"]);
      expect(await read()).toEqual(["1 a", "2 b", "3 c"]);
      expect(await log.open(key)).toEqual({ epoch, oldestSeq: 1, nextSeq: 4 });
    });

    // Seen to fail when an append stores all that it is given: "1 a, 2 b, 3 a, 4 b".
    it("a repeat after a timeout adds nothing: as a whole, in part, and with more behind it", async () => {
      const { append, read } = await begun();
      await append(1, ["a", "b"]);
      await append(1, ["a", "b"]);
      await append(2, ["b", "c"]);
      await append(1, ["a"]);
      await append(1, ["a", "b", "c", "d"]);
      expect(await read()).toEqual(["1 a", "2 b", "3 c", "4 d"]);
      expect(await read(2)).toEqual(["3 c", "4 d"]);
    });

    it("a gap is refused and nothing is stored", async () => {
      const { append, read, key } = await begun();
      await append(1, ["a"]);
      await expect(append(3, ["c"])).rejects.toThrow(`seq 3 leaves a gap in ${key}`);
      expect(await read()).toEqual(["1 a"]);
    });

    // Seen to fail without the comparison of fences.
    it("an executor that was replaced is refused, whatever it sends; its successor goes on", async () => {
      const { append, appendThere, read } = await begun();
      await append(1, ["a"], 1);
      await appendThere(2, ["b"], 2);
      await expect(append(3, ["x"], 1)).rejects.toBeInstanceOf(FencedOut);
      await expect(append(2, ["b"], 1)).rejects.toBeInstanceOf(FencedOut);
      await appendThere(3, ["c"], 2);
      expect(await read()).toEqual(["1 a", "2 b", "3 c"]);
    });

    it("is refused from the moment a later executor opened the log; one that comes late cannot open it", async () => {
      const { log, there, key, append, read } = await begun();
      await append(1, ["a"], 1);
      await there.open(key, 2);
      await expect(append(2, ["x"], 1)).rejects.toBeInstanceOf(FencedOut);
      await expect(log.open(key, 1)).rejects.toBeInstanceOf(FencedOut);
      expect(await log.open(key)).toMatchObject({ nextSeq: 2 });
      await append(2, ["b"], 2);
      expect(await read()).toEqual(["1 a", "2 b"]);
    });

    it("two writers that do not know of each other leave one line, whichever comes first", async () => {
      const { append, appendThere, read } = await begun();
      const outcomes = await Promise.allSettled(
        Array.from({ length: 20 }, (_, i) =>
          i % 2 === 0 ? append(1, ["old"], 1) : appendThere(1, ["new", "newer"], 2),
        ),
      );
      const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
      expect(refused.filter((reason) => !(reason instanceof FencedOut))).toEqual([]);
      expect([["1 old", "2 newer"].join(), ["1 new", "2 newer"].join()]).toContain((await read())?.join());
      await expect(append(3, ["x"], 1)).rejects.toBeInstanceOf(FencedOut);
    });

    it("to a log that is not there, or is another one, fails", async () => {
      const { log, key, epoch } = await begun();
      const lost = (name: string, at: string) =>
        expect(log.append(name, { epoch: at, fence: 1, firstSeq: 1, frames: [] })).rejects.toBeInstanceOf(
          EpochLost,
        );
      await lost(mintKey(), epoch);
      await lost(key, "another epoch");
      await lost(key, "");
    });
  });

  describe("opening", () => {
    it("by many at once begins one line", async () => {
      const { here, there } = createLogs();
      const key = mintKey();
      const heads = await Promise.all(
        Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? here : there).open(key, i % 3 === 0 ? 1 : 0)),
      );
      expect(new Set(heads.map(({ epoch }) => epoch)).size).toBe(1);
      expect(heads[0]).toMatchObject({ oldestSeq: 1, nextSeq: 1 });
    });

    it("a log that ends before what readers were promised begins a new line, where the fence stays", async () => {
      const { log, key, epoch, append } = await begun();
      await append(1, ["a", "b"], 1);
      expect(await log.open(key, 2, { epoch, seq: 2 })).toMatchObject({ epoch, nextSeq: 3 });
      expect(await log.open(key, 2, { epoch: "another line", seq: 9 })).toMatchObject({ epoch });
      const anew = await log.open(key, 3, { epoch, seq: 3 });
      expect(anew).toMatchObject({ oldestSeq: 1, nextSeq: 1 });
      expect(anew.epoch).not.toBe(epoch);
      await expect(append(3, ["c"], 2)).rejects.toBeInstanceOf(EpochLost);
      await expect(log.open(key, 2)).rejects.toBeInstanceOf(FencedOut);
      expect(textsOf(await log.read(key, 0, 10))).toEqual([]);
    });
  });

  describe("holding", () => {
    it("a long log forgets its oldest frames and says what is left", async () => {
      const { log, key, append } = await begun();
      const count = framesPerLog * 5;
      // Long frames: a log may forget in chunks of some kilobytes.
      for (let seq = 1; seq <= count; seq++) await append(seq, [`${seq}`.padEnd(1024)]);
      const { oldestSeq, nextSeq } = await log.open(key);
      expect(nextSeq).toBe(count + 1);
      expect(nextSeq - oldestSeq).toBeGreaterThanOrEqual(framesPerLog);
      expect(nextSeq - oldestSeq).toBeLessThanOrEqual(framesPerLog + 8);
      const page = await log.read(key, 0, 1000);
      expect(page).toMatchObject({ oldestSeq, nextSeq });
      expect(page?.entries.map(({ seq }) => seq)).toEqual(
        Array.from({ length: nextSeq - oldestSeq }, (_, i) => oldestSeq + i),
      );
    });
  });

  describe("reading", () => {
    it("goes on after a seq, within a limit, and beyond the end gives nothing", async () => {
      const { append, read } = await begun();
      await append(1, ["a", "b", "c", "d"]);
      expect(await read(1, 2)).toEqual(["2 b", "3 c"]);
      expect(await read(0, 0)).toEqual([]);
      expect(await read(4)).toEqual([]);
      expect(await read(99)).toEqual([]);
    });

    it("in any process gives what another one wrote", async () => {
      const { append, appendThere, there, key } = await begun();
      await append(1, ["a"]);
      await appendThere(2, ["b"]);
      expect(textsOf(await there.read(key, 0, 10))).toEqual(["1 a", "2 b"]);
    });

    it("of a log that is not there is undefined", async () => {
      expect(await createLogs().here.read(mintKey(), 0, 10)).toBeUndefined();
    });

    it("a page that was read does not change", async () => {
      const { append, log, key } = await begun();
      await append(1, ["a"]);
      const page = await log.read(key, 0, 10);
      await append(2, ["b"]);
      expect(textsOf(page)).toEqual(["1 a"]);
      expect(page).toMatchObject({ nextSeq: 2 });
    });

    it("logs of different keys have nothing to do with each other", async () => {
      const { log, append, read } = await begun();
      const otherKey = mintKey();
      const other = await log.open(otherKey);
      await append(1, ["a"]);
      await log.append(otherKey, { epoch: other.epoch, fence: 1, firstSeq: 1, frames: frames("z") });
      expect(await read()).toEqual(["1 a"]);
      expect(textsOf(await log.read(otherKey, 0, 10))).toEqual(["1 z"]);
    });

    it("keeps bytes as they are, of any length", async () => {
      const { log, key, epoch } = await begun();
      const given = [
        new Uint8Array(0),
        Uint8Array.from({ length: 256 }, (_, i) => i),
        Buffer.alloc(70_000, 7),
      ];
      await log.append(key, { epoch, fence: 1, firstSeq: 1, frames: given });
      const page = await log.read(key, 0, 10);
      expect(page?.entries.map(({ data }) => Buffer.from(data))).toEqual(given.map((f) => Buffer.from(f)));
    });
  });

  describe("listening", () => {
    it("wakes after each append in any process, and who wakes reads it", async () => {
      const { there, key, append, appendThere } = await begun();
      const seen: string[] = [];
      let last = 0;
      const stop = there.subscribe(key, async () => {
        for (const { seq, data } of (await there.read(key, last, 100))?.entries ?? []) {
          if (seq === last + 1) seen.push(`${seq} ${Buffer.from(data).toString()}`);
          last = Math.max(last, seq);
        }
      });
      const waitFor = (texts: string[]) => vi.waitFor(() => expect(seen).toEqual(texts), { timeout: 10_000 });
      await append(1, ["a"]);
      await waitFor(["1 a"]);
      await appendThere(2, ["b"]);
      await waitFor(["1 a", "2 b"]);
      await append(3, ["c"]);
      await waitFor(["1 a", "2 b", "3 c"]);
      stop();
    });

    it("what a listener is handed is what was appended, and one that takes it may still read it", async () => {
      const { there, key, epoch, append, appendThere } = await begun();
      const handed: string[] = [];
      const stop = there.subscribe(key, (appended) => {
        appended?.frames.forEach((frame, i) =>
          handed.push(`${appended.epoch} ${appended.firstSeq + i} ${Buffer.from(frame).toString()}`),
        );
        return appended !== undefined;
      });
      // A listener in Redis hears what is appended once it is known there.
      await sleep(200);
      await append(1, ["a", "b"]);
      await appendThere(3, ["c"]);
      const all = ["1 a", "2 b", "3 c"];
      await vi.waitFor(() => expect(handed).toEqual(all.map((text) => `${epoch} ${text}`)), {
        timeout: 10_000,
      });
      expect(textsOf(await there.read(key, 0, 10))).toEqual(all);
      stop();
    });

    // Removing `unsubscribe` or the guard in the stop function leaves listeners behind: calls become hundreds.
    it("a hundred resubscribes leave one listener: the work per append is constant", async () => {
      const { log, key, append } = await begun();
      let calls = 0;
      let stop = log.subscribe(key, () => (calls += 1));
      for (let i = 0; i < 100; i++) {
        if (i % 10 === 0) await sleep(1);
        stop();
        stop = log.subscribe(key, () => (calls += 1));
      }
      await append(1, ["a"]);
      await vi.waitFor(() => expect(calls).toBeGreaterThan(0), { timeout: 10_000 });
      await sleep(50);
      calls = 0;
      await append(2, ["b"]);
      await vi.waitFor(() => expect(calls).toBe(1), { timeout: 10_000 });
      stop();
      await append(3, ["c"]);
      await sleep(50);
      expect(calls).toBe(1);
    });

    it("one may listen before the log begins", async () => {
      const { here: log } = createLogs();
      const key = mintKey();
      let calls = 0;
      log.subscribe(key, () => (calls += 1));
      const { epoch } = await log.open(key);
      await log.append(key, { epoch, fence: 1, firstSeq: 1, frames: frames("a") });
      await vi.waitFor(() => expect(calls).toBeGreaterThan(0), { timeout: 10_000 });
    });

    // Without the wake-up that follows a subscription, an append just before it took hold is seen 8 seconds late.
    it("nothing falls between reading and listening, however often one comes", async () => {
      const { append, there, key } = await begun();
      for (let seq = 1; seq <= 100; seq++) {
        const woken = Promise.withResolvers<void>();
        const stop = there.subscribe(key, () => woken.resolve());
        const before = await there.read(key, seq - 1, 10);
        const appending = append(seq, [`${seq}`]);
        if (before?.entries.length === 0) await woken.promise;
        await appending;
        stop();
        expect(textsOf(await there.read(key, seq - 1, 10))).toEqual([`${seq} ${seq}`]);
      }
    });
  });
}
