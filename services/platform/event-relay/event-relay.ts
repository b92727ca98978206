import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { followFeed, type FeedDeps } from "../event-store/follow-feed.ts";
import type { FeedCheckpoint } from "../event-store/feed.ts";
import type { Log } from "../telemetry/log.ts";
import { publishAll, type EventPublisher } from "./event-publisher.ts";
import { keepRelay, leaveRelay, takeRelay, type RelayHolder } from "./relay-checkpoint-store.ts";

export interface EventRelayDeps extends FeedDeps {
  publisher: EventPublisher;
  log: Pick<Log, "info" | "warn">;
  /** A relay that is silent for so long is replaced. Default 10. */
  leaseSeconds?: number;
}

export interface EventRelay {
  /** Stops after what is being published, and lets another process go on at once. */
  stop(): Promise<void>;
}

const RELAY = "events";
const LEASE_SECONDS = 10;
const PAUSE_MILLISECONDS = 1000;

/**
 * Publishes every committed event, once and in the order of its stream, as long as it holds the relay: of any number
 * of processes one does, the others wait for their turn.
 */
export function startEventRelay(deps: EventRelayDeps): EventRelay {
  const stopping = new AbortController();
  const running = run(deps, stopping.signal);
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

async function run(deps: EventRelayDeps, stopping: AbortSignal): Promise<void> {
  const leaseSeconds = deps.leaseSeconds ?? LEASE_SECONDS;
  const holder: RelayHolder = { relay: RELAY, holder: randomUUID(), leaseSeconds };
  let isTold = false;
  const pause = (milliseconds: number) =>
    sleep(milliseconds, undefined, { signal: stopping }).catch(() => undefined);
  while (!stopping.aborted) {
    try {
      const from = deps.publisher.isUp() && (await takeOver(deps, holder));
      if (from) await relayFrom(deps, holder, from, stopping, () => (isTold = false));
      await pause(Math.min(PAUSE_MILLISECONDS, (leaseSeconds * 1000) / 3));
    } catch (error) {
      if (!isTold) deps.log.warn({ err: error }, "events are not relayed; it is tried again until they are");
      isTold = true;
      await pause(PAUSE_MILLISECONDS);
    }
  }
}

const takeOver = ({ database }: EventRelayDeps, holder: RelayHolder) =>
  database.systemTransaction((tx) => takeRelay(tx, holder));

/** Until the signal, or until another process has the relay. Throws when something fails. */
async function relayFrom(
  deps: EventRelayDeps,
  holder: RelayHolder,
  from: FeedCheckpoint,
  stopping: AbortSignal,
  onProgress: () => void,
): Promise<void> {
  const { database, publisher, log } = deps;
  const ending = new AbortController();
  const signal = AbortSignal.any([stopping, ending.signal]);
  const keep = (reached?: FeedCheckpoint) =>
    database.systemTransaction((tx) => keepRelay(tx, holder, reached));
  log.info({ from }, "relaying events");
  const keeping = keepAlive(keep, holder, ending);
  try {
    for await (const page of followFeed(deps, from, signal)) {
      await publishAll(page.events, (event) => publisher.publish(event));
      if (!(await keep(page.checkpoint))) break;
      onProgress();
    }
  } finally {
    ending.abort();
    await keeping;
    await database.systemTransaction((tx) => leaveRelay(tx, holder)).catch(() => undefined);
  }
}

/** Keeps the lease until `ending`, which it aborts when the lease was lost. */
async function keepAlive(
  keep: () => Promise<boolean>,
  { leaseSeconds }: RelayHolder,
  ending: AbortController,
): Promise<void> {
  while (!ending.signal.aborted) {
    await sleep((leaseSeconds * 1000) / 3, undefined, { signal: ending.signal }).catch(() => undefined);
    if (ending.signal.aborted) return;
    // A failure says nothing about the lease; it ends by itself if the next ones fail, too.
    if (!(await keep().catch(() => true))) ending.abort();
  }
}
