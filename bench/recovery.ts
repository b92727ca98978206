import { setTimeout as sleep } from "node:timers/promises";
import { createClient, type Client } from "@connectrpc/connect";
import { InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { insist, takingTurns, transportWith } from "../services/testing/cluster/over-gateways.ts";
import { startPrivateCluster, type PrivateCluster } from "../services/testing/cluster/private-cluster.ts";
import { newlyWatched, watchRaw, type Watched } from "../services/testing/cluster/watching.ts";
import { missing } from "../services/testing/requirements.ts";
import { devToken } from "./harness/connect-client.ts";
import { UNLIMITED } from "./harness/ameide-process.ts";
import { quantile } from "./harness/rounds.ts";

const ROUNDS = 3;
const TOKENS_PER_SECOND = "50";
const LEASE_SECONDS = 15;

/** What is done to a component; resolves when it is done, which may be before the component is back. */
type Harm = (cluster: PrivateCluster) => Promise<unknown>;

const COMPONENTS: Readonly<Record<string, Harm>> = {
  gateway: (cluster) => again(cluster, "gateway-1", "SIGKILL"),
  executorTold: (cluster) => again(cluster, "executor-1", "SIGTERM"),
  executor: (cluster) => again(cluster, "executor-1", "SIGKILL"),
  worker: (cluster) => again(cluster, "worker-1", "SIGKILL"),
  redis: ({ redis }) => redis.restart(),
  redisEmpty: ({ redis }) => redis.restart({ empty: true }),
  nats: ({ nats }) => nats.restart(),
  postgres: async ({ postgres }) => postgres?.restart(),
};

/** From a kill to the next frame that says something, as one reader sees it who resumes at the other gateway. */
export async function recovery() {
  const lacking = missing(["postgres", "redis", "nats"]);
  if (lacking.length > 0) return { skipped: lacking.join("; ") };
  const cluster = await startPrivateCluster({
    gateways: 2,
    executors: 1,
    env: {
      ...UNLIMITED,
      OFFLINE_TOKENS_PER_SECOND: TOKENS_PER_SECOND,
      RUN_LEASE_SECONDS: String(LEASE_SECONDS),
      SHUTDOWN_SECONDS: "1",
    },
  });
  try {
    const token = await devToken(cluster.member("gateway-2").baseUrl);
    const milliseconds: Record<string, object> = {};
    for (const [name, harm] of Object.entries(COMPONENTS)) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) times.push(await timeOf(cluster, token, harm));
      milliseconds[name] = {
        median: Math.round(quantile(times, 0.5)),
        worst: Math.round(Math.max(...times)),
      };
    }
    return { ours: milliseconds, unit: "ms from the kill to the next frame", rounds: ROUNDS, ...settings() };
  } finally {
    await cluster.remove();
  }
}

/** A killed executor's run waits for the end of its lease; a frame comes every 20 ms when nothing is wrong. */
const settings = () => ({
  leaseSeconds: LEASE_SECONDS,
  undisturbed: 1000 / Number(TOKENS_PER_SECOND),
  target: { executor: (LEASE_SECONDS + 3) * 1000, others: 2000 },
});

async function timeOf(cluster: PrivateCluster, token: string, harm: Harm): Promise<number> {
  const transports = cluster.gateways.map(({ baseUrl }) => transportWith(token, baseUrl));
  const client = createClient(InferenceService, takingTurns(transports));
  const runId = await startRun(client);
  const watched = newlyWatched();
  const reading = watchRaw(transports, runId, undefined, watched);
  await saysMore(watched, 20);
  const begun = performance.now();
  const harmed = harm(cluster);
  // Not what was on its way already.
  await sleep(1);
  await saysMore(watched, 1);
  const time = performance.now() - begun;
  await harmed;
  await insist(() => client.cancelRun({ runId }));
  await reading;
  return time;
}

async function startRun(client: Client<typeof InferenceService>): Promise<string> {
  const messages = [{ parts: [{ kind: { case: "text" as const, value: { text: "count to 3000" } } }] }];
  const requestId = crypto.randomUUID();
  return (await insist(() => client.startRun({ requestId, messages }))).run?.runId ?? "";
}

const SILENT = new Set(["heartbeat", "resumed", "reconnect"]);

async function saysMore({ line }: Watched, frames: number): Promise<void> {
  for (let seen = line.frames.length, left = frames; left > 0; await sleep(1)) {
    const fresh = line.frames.slice(seen);
    seen += fresh.length;
    left -= fresh.filter(({ frame }) => !SILENT.has(frame.case ?? "")).length;
  }
}

async function again(cluster: PrivateCluster, name: string, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  await cluster.member(name).stop(signal);
  await cluster.member(name).start();
}
