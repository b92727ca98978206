import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type Transport } from "@connectrpc/connect";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { RunState } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { createAmeide, type RunUpdate } from "../../../sdk/ts/src/index.ts";
import { attempts, brokenPromise, neverFalls, restarted } from "../../../sdk/ts/src/testing/promises.ts";
import { canCluster } from "../can-cluster.ts";
import { startCuttingProxy, type CuttingProxy } from "../cutting-proxy.ts";
import { devToken } from "../processes.ts";
import { textOf } from "../run-line.ts";
import { clusterFault, createSaboteur, type Saboteur } from "./cluster-faults.ts";
import { startTestCluster, type TestCluster } from "./test-cluster.ts";
import { insist, takingTurns, transportWith } from "./over-gateways.ts";
import { watchRaw } from "./watching.ts";

/**
 * Ten seeds share the cluster at a time, and each other's faults; a failing one is printed and played again, with
 * those beside it, by AMEIDE_SEED. Seen to fail when watchRun continues one seq too far.
 */
const SEEDS = Number(process.env["AMEIDE_SEEDS"] ?? 100);
const AT_ONCE = 10;
const ONLY = process.env["AMEIDE_SEED"];
const HANGS_MILLISECONDS = 120_000;

const reader = fc.record({
  raw: fc.boolean(),
  /** Which gateway comes first, and whether the readers' connections are cut in the middle of a message. */
  gateway: fc.nat({ max: 1 }),
  isCut: fc.boolean(),
  startsAfterMs: fc.constantFrom(0, 5, 400),
  leavesAfter: fc.array(fc.nat({ max: 30 }), { maxLength: 4 }),
  opensTwice: fc.boolean(),
});

const anyPlan = fc.record({
  /** The run says the numbers up to this one. */
  count: fc.integer({ min: 20, max: 150 }),
  startsAfterMs: fc.nat({ max: 600 }),
  readers: fc.array(reader, { minLength: 1, maxLength: 2 }),
  fault: clusterFault,
  faultAfterMs: fc.nat({ max: 2500 }),
});
type Plan = typeof anyPlan extends fc.Arbitrary<infer T> ? T : never;
type Reader = Plan["readers"][number];

const planOf = (seed: number): Plan => {
  const [only] = fc.sample(anyPlan, { seed, numRuns: 1 });
  if (!only) throw new Error("a seed gives one plan");
  return only;
};

const waves = Array.from({ length: Math.ceil(Math.max(SEEDS, Number(ONLY ?? 0)) / AT_ONCE) }, (_, wave) =>
  Array.from({ length: AT_ONCE }, (_unused, i) => wave * AT_ONCE + i + 1),
).filter((seeds) => ONLY === undefined || seeds.includes(Number(ONLY)));

describe.skipIf(!canCluster())("a run read over processes and servers that are killed", () => {
  let cluster: TestCluster;
  let saboteur: Saboteur;
  let proxies: CuttingProxy[];
  let token: string;
  beforeAll(async () => {
    const env = { OFFLINE_TOKENS_PER_SECOND: "60", SHUTDOWN_SECONDS: "1", LOG_LEVEL: "error" };
    cluster = await startTestCluster({ gateways: 2, executors: 2, ownPostgres: true, env });
    saboteur = createSaboteur(cluster);
    token = await devToken(cluster.member("gateway-1").baseUrl, "alice");
    const cut = { seed: 1, from: 2000, to: 12_000 };
    proxies = await Promise.all(cluster.gateways.map(({ baseUrl }) => startCuttingProxy(baseUrl, cut)));
  }, 240_000);
  afterAll(async () => {
    await Promise.all(proxies.map((proxy) => proxy.close()));
    await cluster.remove();
  }, 240_000);

  const transportTo = (baseUrl: string) => transportWith(token, baseUrl);
  /** Both gateways, the wanted one first. */
  const addressesFor = ({ gateway, isCut }: Reader) => {
    const urls = (isCut ? proxies : cluster.gateways).map(({ baseUrl }) => baseUrl);
    return gateway === 0 ? urls : urls.toReversed();
  };

  async function read(runId: string, habits: Reader): Promise<{ text: string; state: RunState | undefined }> {
    await sleep(habits.startsAfterMs);
    const transports = addressesFor(habits).map(transportTo);
    if (!habits.raw) return readWithSdk(runId, transports);
    const { line } = await watchRaw(transports, runId, habits);
    expect(line.faults).toEqual([]);
    return line;
  }

  async function readWithSdk(runId: string, transports: readonly Transport[]) {
    const reconnect = { baseDelayMs: 50, maxDelayMs: 500, maxReconnects: 1000 };
    const transport = takingTurns(transports);
    const sdk = createAmeide({ baseUrl: "", token, reconnect, transport: () => transport });
    const updates: RunUpdate[] = [];
    for await (const update of sdk.runs.watch(runId)) updates.push(update);
    expect(brokenPromise(updates)).toBeUndefined();
    // A line that Redis lost is told again within its attempt.
    expect(restarted(updates) || neverFalls(attempts(updates))).toBe(true);
    const view = updates.at(-1)?.view;
    return { text: view?.text ?? "", state: view?.state };
  }

  async function play(plan: Plan): Promise<void> {
    const fault = sleep(plan.faultAfterMs).then(() => saboteur.inflict(plan.fault));
    await Promise.all([fault, readAll(plan)]);
  }

  async function readAll(plan: Plan): Promise<void> {
    const client = createClient(
      InferenceService,
      takingTurns(cluster.gateways.map((g) => transportTo(g.baseUrl))),
    );
    await sleep(plan.startsAfterMs);
    const messages = [
      { parts: [{ kind: { case: "text" as const, value: { text: `count to ${plan.count}` } } }] },
    ];
    const requestId = crypto.randomUUID();
    const { run } = await insist(() => client.startRun({ requestId, messages }));
    const runId = run?.runId ?? "";
    const readings = await Promise.all(plan.readers.map((habits) => read(runId, habits)));
    const stored = (await insist(() => client.getRun({ runId }))).run;
    const said = Array.from({ length: plan.count }, (_, i) => i + 1).join(" ");
    expect({
      state: stored?.state,
      error: stored?.error?.message,
      text: textOf(stored?.parts ?? []),
    }).toEqual({
      state: RunState.COMPLETED,
      error: undefined,
      text: said,
    });
    for (const { text, state } of readings)
      expect({ text, state }).toEqual({ text: said, state: stored?.state });
  }

  /** Throws with all that is needed to play it again. */
  async function playSeed(seed: number): Promise<void> {
    const plan = planOf(seed);
    try {
      await within(HANGS_MILLISECONDS, play(plan));
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`AMEIDE_SEED=${seed} breaks: ${why}\n${JSON.stringify(plan)}`, { cause });
    }
  }

  it.each(waves)(
    "is read to its end without a gap, whatever is killed meanwhile (seeds from %s)",
    async (...seeds) => {
      const played = await Promise.allSettled(seeds.map(playSeed));
      await saboteur.healed();
      const broken = played.flatMap((seed) => (seed.status === "rejected" ? [String(seed.reason)] : []));
      expect(broken).toEqual([]);
    },
    HANGS_MILLISECONDS + 60_000,
  );
});

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("it hangs")), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
