import { v7 as uuidv7 } from "uuid";
import { describe, expect, it } from "vitest";
import { claimNamedRuns, claimRuns, enqueueRun } from "../inference/lease-store.ts";
import { createInProcessWorkQueue } from "../platform/work-queue/in-process-work-queue.ts";
import type { WorkQueue } from "../platform/work-queue/work-queue.ts";
import { forEachDatabase } from "../testing/databases.ts";
import { createRunClaims } from "./run-claims.ts";

const never = new AbortController().signal;

describe("claiming runs", () => {
  forEachDatabase((given) => {
    const tenantId = uuidv7();
    const due = async (count: number) => {
      const runIds = Array.from({ length: count }, () => uuidv7());
      await given().database.transaction(tenantId, async (tx) => {
        for (const [i, runId] of runIds.entries()) await enqueueRun(tx, runId, 0, new Date(i));
      });
      return runIds;
    };
    const claimsOf = (workQueue: WorkQueue, executorId = uuidv7()) =>
      createRunClaims({ database: given().database, workQueue, executorId, leaseSeconds: 60 });
    /** As the JetStream queue behaves: the search is slow while it is reliable. */
    const reliable = (): WorkQueue => ({ ...createInProcessWorkQueue(), isReliable: () => true });
    const idsOf = (claims: readonly { runId: string }[]) => claims.map(({ runId }) => runId).toSorted();

    it("takes what is due without a hint at its start, and works a backlog off without one", async () => {
      const claimNext = claimsOf(reliable());
      const runIds = await due(7);
      const claimed: string[] = [];
      // Not a second passes between two of these.
      for (let i = 0; i < 12 && claimed.length < 7; i++)
        claimed.push(...idsOf(await claimNext(2, AbortSignal.timeout(900))));
      expect(claimed.toSorted()).toEqual(runIds.toSorted());
    });

    it("finds a run whose hint was lost, though hints are believed to come", async () => {
      const claimNext = claimsOf(reliable());
      expect(await claimNext(9, AbortSignal.timeout(1))).toEqual([]);
      const runIds = await due(1);
      let claimed: string[] = [];
      while (claimed.length === 0) claimed = idsOf(await claimNext(9, never));
      expect(claimed).toEqual(runIds);
    });

    it("claims what hints name: each run once, however often it is named and by however many", async () => {
      const workQueue = reliable();
      const [one, other] = [claimsOf(workQueue), claimsOf(workQueue)];
      for (const claimNext of [one, other]) await claimNext(1, AbortSignal.timeout(1));
      const runIds = await due(20);
      for (const workId of [...runIds, ...runIds, ...runIds]) workQueue.offer({ tenantId, workId });
      const claims = await Promise.all([one(40, never), other(40, never)]);
      expect(idsOf(claims.flat())).toEqual(runIds.toSorted());
    });

    it("a hint of a run that has ended, or that somebody works on, claims nothing and does not come again", async () => {
      const workQueue = reliable();
      const claimNext = claimsOf(workQueue);
      await claimNext(1, AbortSignal.timeout(1));
      const [taken = ""] = await due(1);
      await given().database.systemTransaction((tx) =>
        claimRuns(tx, { executorId: "other", leaseSeconds: 60, limit: 1 }),
      );
      workQueue.offer({ tenantId, workId: taken });
      workQueue.offer({ tenantId, workId: uuidv7() });
      expect(await claimNext(5, never)).toEqual([]);
      expect(await workQueue.take({ limit: 5, milliseconds: 1, signal: never })).toEqual([]);
    });

    it("claims named runs of several tenants, counts the attempt and keeps the trace", async () => {
      const [runId = ""] = await due(1);
      const other = { tenantId: uuidv7(), runId: uuidv7() };
      await given().database.transaction(other.tenantId, (tx) => enqueueRun(tx, other.runId, 2, new Date()));
      const claims = await given().database.systemTransaction((tx) =>
        claimNamedRuns(tx, { executorId: "x", leaseSeconds: 60, runs: [{ tenantId, runId }, other] }),
      );
      expect(claims.toSorted((a, b) => a.attempt - b.attempt)).toEqual([
        { tenantId, runId, attempt: 1, traceparent: expect.any(String) },
        { ...other, attempt: 3, traceparent: expect.any(String) },
      ]);
    });
  });
});
