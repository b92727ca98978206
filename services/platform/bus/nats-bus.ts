import type { NatsConnection, Subscription } from "nats";
import type { NatsLink } from "../nats/nats-link.ts";
import { subjectOf } from "../nats/nats-subject.ts";
import type { Bus } from "./bus.ts";
import { createInProcessBus } from "./in-process-bus.ts";

/** Every listener reads something when NATS is back, so they are not woken all at once. */
const WAKE_AT_A_TIME = 500;
const WAKE_PAUSE_MILLISECONDS = 20;

/**
 * Wake-ups between processes. Whoever listens in the publisher's own process is woken without NATS; the others
 * miss what is published while it is away, and are all woken when it is back.
 */
export function createNatsBus(link: NatsLink): Bus {
  return new NatsBus(link);
}

interface Watched {
  listeners: number;
  subscription?: Subscription;
}

/** One subscription for each watched subject: 10,000 cost 30 MB and 100 ms, and nobody hears what concerns others. */
class NatsBus implements Bus {
  readonly #link: NatsLink;
  readonly #local = createInProcessBus();
  readonly #watched = new Map<string, Watched>();
  /** What is said, and what is listened to, from the next turn on. */
  readonly #outgoing = new Set<string>();
  readonly #opening = new Set<string>();

  constructor(link: NatsLink) {
    this.#link = link;
    link.onUp((connection) => this.#reopen(connection));
  }

  publish(subject: string): void {
    this.#local.publish(subject);
    if (!this.#link.connection) return;
    if (this.#outgoing.size === 0) setImmediate(() => this.#send());
    this.#outgoing.add(subject);
  }

  subscribe(subject: string, listener: () => void): () => void {
    const watched = this.#watched.get(subject) ?? { listeners: 0 };
    this.#watched.set(subject, watched);
    watched.listeners += 1;
    const connection = this.#link.connection;
    if (connection && !watched.subscription) this.#open(connection, subject, watched);
    const leave = this.#local.subscribe(subject, listener);
    let hasLeft = false;
    return () => {
      if (hasLeft) return;
      hasLeft = true;
      leave();
      watched.listeners -= 1;
      if (watched.listeners > 0) return;
      watched.subscription?.unsubscribe();
      this.#watched.delete(subject);
    };
  }

  #send(): void {
    for (const subject of this.#outgoing) this.#link.connection?.publish(wakeSubject(subject));
    this.#outgoing.clear();
  }

  #open(connection: NatsConnection, subject: string, watched: Watched): void {
    watched.subscription = connection.subscribe(wakeSubject(subject), {
      callback: () => this.#local.publish(subject),
    });
    if (this.#opening.size === 0) setImmediate(() => void this.#confirm(connection));
    this.#opening.add(subject);
  }

  /** Whatever was published before NATS knew of a subscription is not heard of again: its listeners look. */
  async #confirm(connection: NatsConnection): Promise<void> {
    const subjects = [...this.#opening];
    this.#opening.clear();
    await connection.flush().catch(() => undefined);
    for (const subject of subjects) this.#local.publish(subject);
  }

  #reopen(connection: NatsConnection): void {
    for (const [subject, watched] of this.#watched) {
      if (!watched.subscription || watched.subscription.isClosed()) this.#open(connection, subject, watched);
    }
    void this.#wakeAll();
  }

  async #wakeAll(): Promise<void> {
    const subjects = [...this.#watched.keys()];
    for (let i = 0; i < subjects.length; i += WAKE_AT_A_TIME) {
      for (const subject of subjects.slice(i, i + WAKE_AT_A_TIME)) this.#local.publish(subject);
      await new Promise((resolve) => setTimeout(resolve, WAKE_PAUSE_MILLISECONDS).unref());
    }
  }
}

const wakeSubject = (subject: string) => `ameide.wake.${subjectOf(subject)}`;
