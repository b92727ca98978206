import { describe, expect, it } from "vitest";
import { workQueueContract } from "../../testing/contracts/work-queue.ts";
import { createInProcessWorkQueue } from "./in-process-work-queue.ts";

describe("the work queue within a process", () => {
  workQueueContract(async () => {
    const queue = createInProcessWorkQueue();
    return { join: async () => queue };
  });

  it("forgets the oldest hints where nobody takes", async () => {
    const queue = createInProcessWorkQueue({ capacity: 3 });
    for (const workId of ["a", "b", "c", "d", "e"]) queue.offer({ tenantId: "t", workId });
    const hints = await queue.take({ limit: 9, milliseconds: 1, signal: new AbortController().signal });
    expect(hints.map(({ workId }) => workId)).toEqual(["c", "d", "e"]);
  });
});
