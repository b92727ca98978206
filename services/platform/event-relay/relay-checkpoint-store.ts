import { and, eq, lt, or, sql } from "drizzle-orm";
import type { Tx } from "../db/database.ts";
import { FEED_START, type FeedCheckpoint } from "../event-store/feed.ts";
import { relayCheckpoints } from "./tables.ts";

/** Who wants to relay, and for how long it may be silent. */
export interface RelayHolder {
  relay: string;
  holder: string;
  leaseSeconds: number;
}

const leaseEnd = (seconds: number) => sql`now() + make_interval(secs => ${seconds})`;
const heldBy = ({ relay, holder }: RelayHolder) =>
  and(eq(relayCheckpoints.relay, relay), eq(relayCheckpoints.holder, holder));

/** Takes the relay, from the start when there was none; undefined while another process has it. */
export async function takeRelay(systemTx: Tx, by: RelayHolder): Promise<FeedCheckpoint | undefined> {
  const lease = { holder: by.holder, leaseUntil: leaseEnd(by.leaseSeconds) };
  const start = { tx: FEED_START.tx, position: BigInt(FEED_START.position) };
  const isFree = or(eq(relayCheckpoints.holder, by.holder), lt(relayCheckpoints.leaseUntil, sql`now()`));
  const [row] = await systemTx.sql
    .insert(relayCheckpoints)
    .values({ relay: by.relay, ...start, ...lease, updateTime: sql`now()` })
    .onConflictDoUpdate({ target: relayCheckpoints.relay, set: lease, setWhere: isFree })
    .returning({ tx: relayCheckpoints.tx, position: relayCheckpoints.position });
  return row && { tx: row.tx, position: String(row.position) };
}

/** Prolongs the lease and stores how far it has come; false when another process has the relay. */
export async function keepRelay(
  systemTx: Tx,
  by: RelayHolder,
  checkpoint?: FeedCheckpoint,
): Promise<boolean> {
  const reached = checkpoint && {
    tx: checkpoint.tx,
    position: BigInt(checkpoint.position),
    updateTime: sql`now()`,
  };
  const kept = await systemTx.sql
    .update(relayCheckpoints)
    .set({ leaseUntil: leaseEnd(by.leaseSeconds), ...reached })
    .where(heldBy(by))
    .returning({ relay: relayCheckpoints.relay });
  return kept.length > 0;
}

/** Another process may take the relay at once. */
export async function leaveRelay(systemTx: Tx, by: RelayHolder): Promise<void> {
  await systemTx.sql
    .update(relayCheckpoints)
    .set({ leaseUntil: sql`'-infinity'` })
    .where(heldBy(by));
}
