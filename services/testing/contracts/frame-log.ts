import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { EpochLost, FencedOut, type FrameLog, type LogPage } from "../../platform/frame-log/frame-log.ts";

export const frames = (...texts: string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));
export const textsOf = (page: LogPage | undefined): string[] | undefined =>
  page?.entries.map(({ seq, data }) => `${seq} ${Buffer.from(data).toString()}`);

/** What every frame log promises. */
export function frameLogContract(createLog: () => FrameLog): void {
  async function begun(key = "run") {
    const log = createLog();
    const { epoch } = await log.open(key);
    const append = (firstSeq: number, texts: string[], fence = 1) =>
      log.append(key, { epoch, fence, firstSeq, frames: frames(...texts) });
    const read = async (afterSeq = 0, limit = 100) => textsOf(await log.read(key, afterSeq, limit));
    return { log, epoch, append, read };
  }

  describe("appending", () => {
    it("gives frames back in order, dense from 1", async () => {
      const { append, read, log, epoch } = await begun();
      await append(1, ["a", "b"]);
      await append(3, ["c"]);
      expect(await read()).toEqual(["1 a", "2 b", "3 c"]);
      expect(await log.open("run")).toEqual({ epoch, oldestSeq: 1, nextSeq: 4 });
    });

    it("a repeat after a timeout adds nothing: as a whole, in part, and with more behind it", async () => {
      const { append, read } = await begun();
      await append(1, ["a", "b"]);
      await append(1, ["a", "b"]);
      await append(2, ["b", "c"]);
      await append(1, ["a"]);
      await append(1, ["a", "b", "c", "d"]);
      expect(await read()).toEqual(["1 a", "2 b", "3 c", "4 d"]);
    });

    it("a gap is refused and nothing is stored", async () => {
      const { append, read } = await begun();
      await append(1, ["a"]);
      await expect(append(3, ["c"])).rejects.toThrow("seq 3 leaves a gap in run");
      expect(await read()).toEqual(["1 a"]);
    });

    it("an executor that was replaced is refused, whatever it sends; its successor goes on", async () => {
      const { append, read } = await begun();
      await append(1, ["a"], 1);
      await append(2, ["b"], 2);
      await expect(append(3, ["x"], 1)).rejects.toBeInstanceOf(FencedOut);
      await expect(append(2, ["b"], 1)).rejects.toBeInstanceOf(FencedOut);
      await append(3, ["c"], 2);
      expect(await read()).toEqual(["1 a", "2 b", "3 c"]);
    });

    it("is refused from the moment a later executor opened the log; one that comes late cannot open it", async () => {
      const { log, append, read } = await begun();
      await append(1, ["a"], 1);
      await log.open("run", 2);
      await expect(append(2, ["x"], 1)).rejects.toBeInstanceOf(FencedOut);
      await expect(log.open("run", 1)).rejects.toBeInstanceOf(FencedOut);
      expect(await log.open("run")).toMatchObject({ nextSeq: 2 });
      await append(2, ["b"], 2);
      expect(await read()).toEqual(["1 a", "2 b"]);
    });

    it("to a log that is not there, or is another one, fails", async () => {
      const { log, epoch } = await begun();
      const lost = (key: string, at: string) =>
        expect(log.append(key, { epoch: at, fence: 1, firstSeq: 1, frames: [] })).rejects.toBeInstanceOf(
          EpochLost,
        );
      await lost("other", epoch);
      await lost("run", "another epoch");
      await lost("run", "");
    });
  });

  describe("reading", () => {
    it("goes on after a seq, within a limit, and beyond the end gives nothing", async () => {
      const { append, read } = await begun();
      await append(1, ["a", "b", "c", "d"]);
      expect(await read(1, 2)).toEqual(["2 b", "3 c"]);
      expect(await read(4)).toEqual([]);
      expect(await read(99)).toEqual([]);
    });

    it("of a log that is not there is undefined", async () => {
      expect(await createLog().read("nothing", 0, 10)).toBeUndefined();
    });

    it("a page that was read does not change", async () => {
      const { append, log } = await begun();
      await append(1, ["a"]);
      const page = await log.read("run", 0, 10);
      await append(2, ["b"]);
      expect(textsOf(page)).toEqual(["1 a"]);
      expect(page).toMatchObject({ nextSeq: 2 });
    });

    it("logs of different keys have nothing to do with each other", async () => {
      const { log, append, read } = await begun();
      const other = await log.open("other");
      await append(1, ["a"]);
      await log.append("other", { epoch: other.epoch, fence: 1, firstSeq: 1, frames: frames("z") });
      expect(await read()).toEqual(["1 a"]);
      expect(textsOf(await log.read("other", 0, 10))).toEqual(["1 z"]);
    });
  });

  describe("listening", () => {
    it("wakes after each append, and who wakes reads it", async () => {
      const { log, append, read } = await begun();
      const seen: (string[] | undefined)[] = [];
      const stop = log.subscribe("run", () => void read().then((texts) => seen.push(texts)));
      await append(1, ["a"]);
      await sleep(10);
      await append(2, ["b"]);
      await sleep(10);
      stop();
      await append(3, ["c"]);
      await sleep(10);
      expect(seen).toEqual([["1 a"], ["1 a", "2 b"]]);
    });

    it("a hundred resubscribes leave one listener: the work per append is constant", async () => {
      const { log, append } = await begun();
      let calls = 0;
      let stop = log.subscribe("run", () => (calls += 1));
      for (let i = 0; i < 100; i++) {
        stop();
        stop = log.subscribe("run", () => (calls += 1));
      }
      await append(1, ["a"]);
      await sleep(10);
      expect(calls).toBe(1);
    });

    it("one may listen before the log begins", async () => {
      const log = createLog();
      let calls = 0;
      log.subscribe("later", () => (calls += 1));
      const { epoch } = await log.open("later");
      await log.append("later", { epoch, fence: 1, firstSeq: 1, frames: frames("a") });
      await sleep(10);
      expect(calls).toBe(1);
    });
  });
}
