import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import * as fc from "fast-check";
import type { Member } from "./member.ts";
import type { PrivateCluster } from "./private-cluster.ts";

/** What is done to a cluster from outside while it works. */
export type ClusterFault =
  /** SIGKILL; another one is started after a while. */
  | { readonly kind: "killed"; readonly member: string; readonly downMs: number }
  /** SIGTERM; another one is started after it is gone. */
  | { readonly kind: "replaced"; readonly member: string }
  /** `empty`: it comes back without its data. */
  | {
      readonly kind: "server killed";
      readonly server: "redis" | "nats";
      readonly downMs: number;
      readonly empty: boolean;
    }
  /** Its connections stay open and nothing answers. */
  | { readonly kind: "server paused"; readonly server: "redis" | "nats"; readonly forMs: number }
  | { readonly kind: "redis flushed" }
  | { readonly kind: "postgres restarted"; readonly downMs: number };

const downMs = fc.constantFrom(0, 300, 1500);
const server = fc.constantFrom("redis" as const, "nats" as const);
const member = fc.constantFrom("gateway-1", "gateway-2", "executor-1", "executor-2", "worker-1");

export const clusterFault: fc.Arbitrary<ClusterFault> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("killed" as const), member, downMs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("replaced" as const), member }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("server killed" as const),
      server,
      downMs,
      empty: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("server paused" as const),
      server,
      forMs: fc.constantFrom(200, 3000),
    }),
  },
  { weight: 2, arbitrary: fc.constant<ClusterFault>({ kind: "redis flushed" }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("postgres restarted" as const), downMs }) },
);

/** Does faults to a cluster; what concerns one process or server happens one after the other. */
export interface Saboteur {
  inflict(fault: ClusterFault): Promise<void>;
  /** Resolves when everything runs again. */
  healed(): Promise<void>;
}

export function createSaboteur(cluster: PrivateCluster): Saboteur {
  const queues = new Map<string, Promise<void>>();
  return {
    inflict(fault) {
      const target = targetOf(fault);
      const done = (queues.get(target) ?? Promise.resolve()).then(() => inflict(cluster, fault));
      queues.set(
        target,
        done.catch(() => undefined),
      );
      return done;
    },
    async healed() {
      await Promise.all(queues.values());
    },
  };
}

function targetOf(fault: ClusterFault): string {
  if ("member" in fault) return fault.member;
  if ("server" in fault) return fault.server;
  return fault.kind === "redis flushed" ? "redis" : "postgres";
}

async function inflict(cluster: PrivateCluster, fault: ClusterFault): Promise<void> {
  switch (fault.kind) {
    case "killed":
    case "replaced": {
      const found = cluster.member(fault.member);
      await found.stop(fault.kind === "killed" ? "SIGKILL" : "SIGTERM");
      if (fault.kind === "killed") await sleep(fault.downMs);
      return startAgain(found);
    }
    case "server killed": {
      const { [fault.server]: killed } = cluster;
      await killed.kill();
      await sleep(fault.downMs);
      return killed.restart({ empty: fault.empty });
    }
    case "server paused":
      cluster[fault.server].pause();
      await sleep(fault.forMs);
      return cluster[fault.server].resume();
    case "redis flushed":
      return flush(cluster.redis.port);
    case "postgres restarted":
      await cluster.postgres?.kill();
      await sleep(fault.downMs);
      return cluster.postgres?.restart();
  }
}

const STARTS = 20;

/** As whoever keeps processes alive does: one that cannot start, since a server is away, is tried again. */
async function startAgain(killed: Member): Promise<void> {
  for (let start = 1; ; start++) {
    try {
      return await killed.start();
    } catch (error) {
      if (start === STARTS) throw error;
      await sleep(200);
    }
  }
}

function flush(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => socket.end("FLUSHALL\r\nQUIT\r\n"));
    socket.resume().once("error", reject).once("close", resolve);
  });
}
