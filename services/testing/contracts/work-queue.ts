import { setTimeout as sleep } from "node:timers/promises";
import { v7 as uuidv7 } from "uuid";
import { expect, it } from "vitest";
import type { Hint, WorkItem, WorkQueue } from "../../platform/work-queue/work-queue.ts";

/** A queue of its own, with any number of processes at it. */
export interface GivenWorkQueue {
  /** The queue as one process sees it. */
  join(): Promise<WorkQueue>;
}

const never = new AbortController().signal;
const LONG = 20_000;

const newWork = (): WorkItem => ({ tenantId: uuidv7(), workId: uuidv7() });
const idsOf = (hints: readonly WorkItem[]) => hints.map(({ workId }) => workId);

/** Takes until nothing more comes. */
async function takeAll(queue: WorkQueue, limit = 100): Promise<Hint[]> {
  const all: Hint[] = [];
  for (;;) {
    const hints = await queue.take({ limit, milliseconds: 300, signal: never });
    if (hints.length === 0) return all;
    hints.forEach((hint) => hint.done());
    all.push(...hints);
  }
}

/** What every work queue promises. */
export function workQueueContract(create: () => Promise<GivenWorkQueue>): void {
  it("gives what was offered, oldest first, and no more at a time than asked", async () => {
    const queue = await (await create()).join();
    const works = [newWork(), newWork(), newWork(), newWork(), newWork()];
    works.forEach((work) => queue.offer(work));
    await sleep(50);
    const first = await queue.take({ limit: 2, milliseconds: LONG, signal: never });
    expect(first.length).toBeLessThanOrEqual(2);
    first.forEach((hint) => hint.done());
    expect(idsOf([...first, ...(await takeAll(queue))])).toEqual(idsOf(works));
  });

  it("tells whose work it is", async () => {
    const queue = await (await create()).join();
    const work = newWork();
    queue.offer(work);
    expect(await takeAll(queue)).toMatchObject([work]);
  });

  it("a taker that waits gets what comes, without waiting to the end", async () => {
    const queue = await (await create()).join();
    const waiting = queue.take({ limit: 5, milliseconds: LONG, signal: never });
    await sleep(50);
    const work = newWork();
    queue.offer(work);
    expect(idsOf(await waiting)).toEqual([work.workId]);
  });

  it("gives each hint to one of several takers", async () => {
    const given = await create();
    const queues = [await given.join(), await given.join(), await given.join()];
    const works = Array.from({ length: 60 }, newWork);
    const taking = Promise.all(queues.map((queue) => takeAll(queue, 7)));
    works.forEach((work) => queues[0]?.offer(work));
    expect(idsOf((await taking).flat()).toSorted()).toEqual(idsOf(works).toSorted());
  });

  it("a taker that leaves gets nothing, and what comes then is another one's", async () => {
    const given = await create();
    const [leaving, staying] = [await given.join(), await given.join()];
    const leave = new AbortController();
    const left = leaving.take({ limit: 5, milliseconds: LONG, signal: leave.signal });
    await sleep(50);
    leave.abort();
    expect(await left).toEqual([]);
    await sleep(50);
    const work = newWork();
    staying.offer(work);
    expect(await leaving.take({ limit: 5, milliseconds: LONG, signal: leave.signal })).toEqual([]);
    expect(idsOf(await takeAll(staying))).toEqual([work.workId]);
  });

  it("ends a wait when the time is over", async () => {
    const queue = await (await create()).join();
    expect(await queue.take({ limit: 1, milliseconds: 5, signal: never })).toEqual([]);
  });
}
