import { startPeer, type Peer } from "./harness/peer.ts";
import { alternate, timed, type Compared } from "./harness/rounds.ts";
import { inTempFolder } from "./harness/temp-folder.ts";
import type { Load } from "./peers/append-peer.ts";
import { findPostgres, startPostgres } from "../services/testing/postgres-server.ts";

const ROUNDS = 5;
const SHAPES = [
  { events: 1, streams: 1 },
  { events: 8, streams: 2 },
];

/** Events through Database and EventStore, against the same statements through the bare driver. */
export async function append() {
  const pglite = await onPglite();
  const postgres = await onPostgres();
  const cases = [...pglite, ...(Array.isArray(postgres) ? postgres : [])];
  return {
    share: Math.min(...cases.map((c) => c.share)),
    unit: "appends/s",
    cases,
    ...(typeof postgres === "string" && { skipped: postgres }),
    rounds: ROUNDS,
    target: 0.7,
  };
}

/** One writer, as there is one session. */
async function onPglite() {
  const folders = [inTempFolder(), inTempFolder()];
  const [ours, bare] = await Promise.all(folders.map((f, i) => startWriter(SIDES[i], "pglite", f.path)));
  try {
    return await compare("pglite", ours, bare, { appends: 1000, inFlight: 1 });
  } finally {
    await Promise.all([ours?.stop(), bare?.stop()]);
    for (const folder of folders) folder.remove();
  }
}

/** The figures, or why there are none. */
async function onPostgres() {
  const bin = findPostgres();
  if (bin === undefined) return "postgres: there is no initdb on the path";
  const server = await startPostgres(bin);
  try {
    const urls = [await server.createDatabase(), await server.createDatabase()];
    const [ours, bare] = await Promise.all(urls.map((url, i) => startWriter(SIDES[i], "postgres", url)));
    try {
      return await compare("postgres", ours, bare, { appends: 2000, inFlight: 8 });
    } finally {
      await Promise.all([ours?.stop(), bare?.stop()]);
    }
  } finally {
    await server.stop();
  }
}

const SIDES = ["ours", "bare"] as const;

function startWriter(side: string | undefined, database: string, place: string): Promise<Peer> {
  const env = { BENCH_SIDE: side ?? "", BENCH_DATABASE: database, BENCH_PLACE: place };
  return startPeer(new URL("peers/append-peer.ts", import.meta.url), env);
}

type Case = Compared & { database: string } & Omit<Load, "appends">;

async function compare(
  database: string,
  ours: Peer | undefined,
  bare: Peer | undefined,
  { appends, inFlight }: Pick<Load, "appends" | "inFlight">,
): Promise<Case[]> {
  if (!ours || !bare) throw new TypeError("both sides were started");
  const cases: Case[] = [];
  for (const shape of SHAPES) {
    const load: Load = { appends, inFlight, ...shape };
    const measure = (peer: Peer) => () => timed(peer.pid, appends, () => peer.ask("append", load));
    cases.push({ database, inFlight, ...shape, ...(await alternate(ROUNDS, measure(ours), measure(bare))) });
  }
  return cases;
}
