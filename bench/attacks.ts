import { setTimeout as sleep } from "node:timers/promises";
import { devToken } from "./harness/connect-client.ts";
import { peakMegabytes } from "./harness/peak-megabytes.ts";
import { startPeer, type Peer } from "./harness/peer.ts";
import { share } from "./harness/rounds.ts";
import { actorOf } from "./streams/actor-of.ts";

const READERS = 200;
const TOKENS_PER_SECOND = 10;
const SECONDS = 8;
/** The attack begins when all readers are there. */
const OPENING_SECONDS = 1;
const ROUNDS = 3;

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
  const [gateway, other, attacker] = await Promise.all([
    startPeer(new URL("streams/gateway-peer.ts", import.meta.url)),
    startPeer(new URL("streams/gateway-peer.ts", import.meta.url)),
    startPeer(new URL("streams/attacker-peer.ts", import.meta.url)),
  ]);
  try {
    await round(gateway);
    const megabytesBefore = peakMegabytes(gateway.pid);
    const seen: Record<(typeof KINDS)[number], Seen[]> = { quiet: [], elsewhere: [], attacked: [] };
    let sent: object = {};
    const attack = async (target: Peer, runId: string) => {
      await sleep(OPENING_SECONDS * 1000);
      const address = await target.ask<string>("address");
      const place = { address, token: await devToken(address), runId };
      sent = await attacker.ask<object>("attack", { ...place, seconds: SECONDS - 2 * OPENING_SECONDS });
    };
    for (let i = 0; i < ROUNDS; i++) {
      seen.quiet.push(await round(gateway));
      seen.elsewhere.push(await round(gateway, (runId) => attack(other, runId)));
      seen.attacked.push(await round(gateway, (runId) => attack(gateway, runId)));
    }
    const all = KINDS.flatMap((kind) => seen[kind]);
    const [quiet, elsewhere, attacked] = [median(seen.quiet), median(seen.elsewhere), median(seen.attacked)];
    return {
      p99: { quiet, elsewhere, attacked },
      timesAsLong: { ofQuiet: share(attacked, quiet), ofElsewhere: share(attacked, elsewhere) },
      unit: "ms",
      target: { timesAsLong: { ofQuiet: 2 } },
      sent,
      readers: READERS,
      complete: all.every(({ complete }) => complete === READERS),
      faults: all.flatMap(({ faults }) => faults),
      gatewayMegabytes: { quiet: megabytesBefore, attacked: peakMegabytes(gateway.pid) },
    };
  } finally {
    await Promise.all([gateway.stop(), other.stop(), attacker.stop()]);
  }
}

const median = (rounds: readonly Seen[]): number =>
  rounds.map(({ delivery }) => delivery.p99).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ??
  Number.NaN;

async function round(
  gateway: Peer,
  meanwhile: (runId: string) => Promise<void> = async () => undefined,
): Promise<Seen> {
  const load = await startPeer(new URL("streams/load-peer.ts", import.meta.url));
  try {
    const address = await gateway.ask<string>("address");
    const token = await devToken(address);
    const runIds = await gateway.ask<string[]>("startRuns", { count: READERS, actor: actorOf(token) });
    await gateway.ask("prepare", runIds);
    const tokensPerRun = SECONDS * TOKENS_PER_SECOND;
    const fed = gateway.ask("feed", { tokensPerSecond: TOKENS_PER_SECOND, tokensPerRun });
    await load.ask("open", { address, token, runIds, opensPerSecond: READERS / OPENING_SECONDS });
    await Promise.all([fed, meanwhile(runIds[0] ?? "")]);
    return await load.ask<Seen>("finish", { milliseconds: 10_000, tokensPerRun });
  } finally {
    await load.stop();
  }
}
