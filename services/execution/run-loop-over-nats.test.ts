import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Actor } from "../platform/auth/actor.ts";
import { createNatsBus } from "../platform/bus/nats-bus.ts";
import { createInProcessFrameLog } from "../platform/frame-log/in-process-frame-log.ts";
import { createNatsWorkQueue } from "../platform/work-queue/nats-work-queue.ts";
import { onPostgres } from "../testing/databases.ts";
import { natsLinks } from "../testing/nats-links.ts";
import { startNats } from "../testing/nats-server.ts";
import type { PrivateServer } from "../testing/private-server.ts";
import { available } from "../testing/requirements.ts";
import { createRunLine, readInto, type RunLine } from "../testing/run-line.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";

describe.skipIf(!available("nats"))("executors that hear of runs over NATS", () => {
  onPostgres((given) => {
    let nats: PrivateServer;
    const links = natsLinks(() => nats.url);
    const alice: Actor = actorOf();
    /** A gateway and two executors, as processes of their own have them. */
    let members: TestSlices[];

    beforeAll(async () => {
      nats = await startNats();
      const log = createInProcessFrameLog();
      members = [];
      for (let i = 0; i < 3; i++) {
        const link = await links.open();
        const workQueue = createNatsWorkQueue(link, { name: "runs", log: { warn: () => undefined } });
        const { database } = given();
        members.push(await openTestSlices({ database, log, bus: createNatsBus(link), workQueue }));
      }
      for (const [i, executor] of members.slice(1).entries())
        executor.startLoop({ executorId: `executor-${i}`, concurrency: 8 });
    });
    afterAll(async () => {
      await Promise.all(members.map((member) => member.close()));
      await links.closeAll();
      await nats.stop();
    });

    async function answers(count: number): Promise<RunLine[]> {
      const [gateway] = members;
      if (!gateway) throw new Error("nobody is there");
      return Promise.all(
        Array.from({ length: count }, async (_, i) => {
          const runId = await gateway.start(alice, `echo number ${i}`);
          return readInto(createRunLine(), gateway.watch(alice, runId));
        }),
      );
    }
    const whatTheySaid = (lines: readonly RunLine[]) =>
      lines.map(({ faults, text, frames }) => ({
        text,
        faults,
        // A heartbeat before the first attempt has none.
        attempts: Math.max(...frames.map(({ attempt }) => attempt)),
      }));
    const saidOnce = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ text: `number ${i}`, faults: [], attempts: 1 }));

    it("work on each run once", async () => {
      expect(whatTheySaid(await answers(60))).toEqual(saidOnce(60));
    });

    it("work on each run once while NATS is killed and comes back with nothing", async () => {
      const answering = answers(60);
      await nats.kill();
      const during = answers(10);
      await nats.restart({ empty: true });
      await links.open();
      const after = answers(10);
      expect(whatTheySaid(await answering)).toEqual(saidOnce(60));
      for (const lines of [during, after]) expect(whatTheySaid(await lines)).toEqual(saidOnce(10));
    });
  });
});
