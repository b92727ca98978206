import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { createAmeide } from "../../../sdk/ts/src/index.ts";
import { canCluster } from "../can-cluster.ts";
import { devToken } from "../processes.ts";
import { createRunLine, readInto } from "../run-line.ts";
import type { Member } from "./member.ts";

import { startTestCluster, type TestCluster } from "./test-cluster.ts";

describe.skipIf(!canCluster())("a gateway, an executor and a worker as processes of their own", () => {
  let cluster: TestCluster;
  beforeAll(async () => void (cluster = await startTestCluster({ gateways: 2 })), 240_000);
  afterAll(() => cluster.remove());

  it("answer a run that is started on one gateway and read on the other, with a token of the first", async () => {
    const { baseUrl } = cluster.member("gateway-1");
    const token = await devToken(baseUrl, "alice");
    const here = createAmeide({ baseUrl, token });
    const there = createAmeide({ baseUrl: cluster.member("gateway-2").baseUrl, token });
    const messages = [{ parts: [{ kind: { case: "text" as const, value: { text: "count to 80" } } }] }];
    const started = await here.inference.startRun({ requestId: crypto.randomUUID(), messages });
    const runId = started.run?.runId ?? "";
    const line = createRunLine();
    await readInto(line, there.inference.watchRun({ runId }) ?? []);
    expect(line).toMatchObject({ faults: [], state: RunState.COMPLETED });
    expect(line.text).toContain("78 79 80");
  });

  it("each say what they depend on, and that they are alive", async () => {
    const probe = async ({ name, baseUrl }: Member) => {
      const ready = await fetch(`${baseUrl}/readyz`);
      return { name, status: ready.status, said: await ready.text() };
    };
    const said = "ready\ndatabase up\nredis up\nnats up\n";
    // A process starts without waiting for NATS.
    await expect
      .poll(() => Promise.all(cluster.members.map(probe)), { timeout: 10_000 })
      .toEqual(cluster.members.map(({ name }) => ({ name, status: 200, said })));
    for (const { baseUrl } of [...cluster.executors, ...cluster.workers]) {
      expect((await fetch(`${baseUrl}/healthz`)).status).toBe(200);
      expect((await fetch(`${baseUrl}/`)).status).toBe(404);
    }
  });
});
