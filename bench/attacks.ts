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
const ROUNDS = 1;

interface Seen {
  complete: number;
  faults: string[];
  delivery: { p50: number; p99: number };
}

/** What readers notice of somebody who resets streams, floods headers and opens 200 streams without reading them. */
export async function attacks() {
  const gateway = await startPeer(new URL("streams/gateway-peer.ts", import.meta.url));
  const attacker = await startPeer(new URL("streams/attacker-peer.ts", import.meta.url));
  try {
    await round(gateway);
    const megabytesBefore = peakMegabytes(gateway.pid);
    const quiet: Seen[] = [];
    const attacked: Seen[] = [];
    let sent: object = {};
    for (let i = 0; i < ROUNDS; i++) {
      quiet.push(await round(gateway));
      attacked.push(
        await round(gateway, async (place) => {
          await sleep(OPENING_SECONDS * 1000);
          sent = await attacker.ask<object>("attack", { ...place, seconds: SECONDS - 2 * OPENING_SECONDS });
        }),
      );
    }
    const p99 = { quiet: median(quiet), attacked: median(attacked) };
    return {
      p99,
      timesAsLong: share(p99.attacked, p99.quiet),
      unit: "ms",
      target: { timesAsLong: 2 },
      sent,
      readers: READERS,
      complete: [...quiet, ...attacked].every(({ complete }) => complete === READERS),
      faults: [...quiet, ...attacked].flatMap(({ faults }) => faults),
      gatewayMegabytes: { quiet: megabytesBefore, attacked: peakMegabytes(gateway.pid) },
    };
  } finally {
    await Promise.all([gateway.stop(), attacker.stop()]);
  }
}

const median = (rounds: readonly Seen[]): number =>
  rounds.map(({ delivery }) => delivery.p99).toSorted((a, b) => a - b)[Math.floor(rounds.length / 2)] ??
  Number.NaN;

interface Place {
  address: string;
  token: string;
  runId: string;
}

async function round(
  gateway: Peer,
  meanwhile: (place: Place) => Promise<void> = async () => undefined,
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
    await Promise.all([fed, meanwhile({ address, token, runId: runIds[0] ?? "" })]);
    return await load.ask<Seen>("finish", { milliseconds: 10_000, tokensPerRun });
  } finally {
    await load.stop();
  }
}
