import { setTimeout as sleep } from "node:timers/promises";
import { devToken } from "./harness/connect-client.ts";
import { peakMegabytes } from "./harness/peak-megabytes.ts";
import { startPeer, type Peer } from "./harness/peer.ts";
import { share } from "./harness/rounds.ts";
import { actorOf } from "./streams/actor-of.ts";

const READERS = 200;
/** To each reader: an idle gateway, and one with half of what it can deliver to do. */
const TOKENS_PER_SECOND = { idle: 10, halfLoad: 50 };
const SECONDS = 8;
/** The attack begins when all readers are there. */
const OPENING_SECONDS = 1;
const ROUNDS = 3;

type Load = keyof typeof TOKENS_PER_SECOND;

interface Seen {
  complete: number;
  faults: string[];
  delivery: { p50: number; p99: number };
}

/** Whom the attack of a round is for. */
const KINDS = ["quiet", "elsewhere", "attacked"] as const;

/**
 * What readers notice of somebody who resets streams, floods headers and opens 200 streams without reading them. In
 * the rounds called "elsewhere" the attack goes to another server: that is what it costs the machine.
 */
export async function attacks() {
  const peers = await Promise.all([
    startPeer(new URL("streams/gateway-peer.ts", import.meta.url)),
    startPeer(new URL("streams/gateway-peer.ts", import.meta.url)),
    startPeer(new URL("streams/attacker-peer.ts", import.meta.url)),
  ]);
  const [gateway, other, attacker] = peers;
  try {
    await round(gateway, "idle");
    const megabytesBefore = peakMegabytes(gateway.pid);
    const idle = await underLoad("idle", gateway, other, attacker);
    const halfLoad = await underLoad("halfLoad", gateway, other, attacker);
    return {
      unit: "ms",
      target: { halfLoad: { timesAsLong: { ofQuiet: 2 } } },
      readers: READERS,
      idle,
      halfLoad,
      gatewayMegabytes: { quiet: megabytesBefore, attacked: peakMegabytes(gateway.pid) },
    };
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
  }
}

async function underLoad(load: Load, gateway: Peer, other: Peer, attacker: Peer) {
  const seen: Record<(typeof KINDS)[number], Seen[]> = { quiet: [], elsewhere: [], attacked: [] };
  let sent: object = {};
  const attack = async (target: Peer, runId: string) => {
    await sleep(OPENING_SECONDS * 1000);
    const address = await target.ask<string>("address");
    const place = { address, token: await devToken(address), runId };
    sent = await attacker.ask<object>("attack", { ...place, seconds: SECONDS - 2 * OPENING_SECONDS });
  };
  for (let i = 0; i < ROUNDS; i++) {
    seen.quiet.push(await round(gateway, load));
    seen.elsewhere.push(await round(gateway, load, (runId) => attack(other, runId)));
    seen.attacked.push(await round(gateway, load, (runId) => attack(gateway, runId)));
  }
  const all = KINDS.flatMap((kind) => seen[kind]);
  const [quiet, elsewhere, attacked] = [median(seen.quiet), median(seen.elsewhere), median(seen.attacked)];
  return {
    framesPerSecond: READERS * TOKENS_PER_SECOND[load],
    p99: { quiet, elsewhere, attacked },
    timesAsLong: { ofQuiet: share(attacked, quiet), ofElsewhere: share(attacked, elsewhere) },
    sent,
    complete: all.every(({ complete }) => complete === READERS),
    faults: all.flatMap(({ faults }) => faults),
  };
}

const median = (rounds: readonly Seen[]): number =>
  rounds.map(({ delivery }) => delivery.p99).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ??
  Number.NaN;

async function round(
  gateway: Peer,
  load: Load,
  meanwhile: (runId: string) => Promise<void> = async () => undefined,
): Promise<Seen> {
  const readers = await startPeer(new URL("streams/load-peer.ts", import.meta.url));
  const tokensPerSecond = TOKENS_PER_SECOND[load];
  try {
    const address = await gateway.ask<string>("address");
    const token = await devToken(address);
    const runIds = await gateway.ask<string[]>("startRuns", { count: READERS, actor: actorOf(token) });
    await gateway.ask("prepare", runIds);
    const tokensPerRun = SECONDS * tokensPerSecond;
    const fed = gateway.ask("feed", { tokensPerSecond, tokensPerRun });
    await readers.ask("open", { address, token, runIds, opensPerSecond: READERS / OPENING_SECONDS });
    await Promise.all([fed, meanwhile(runIds[0] ?? "")]);
    return await readers.ask<Seen>("finish", { milliseconds: 10_000, tokensPerRun });
  } finally {
    await readers.stop();
  }
}
