import { AckPolicy, nanos, RetentionPolicy, StorageType, type JetStreamManager, type Msg } from "nats";
import { validate as isUuid } from "uuid";
import { createWakeUp } from "../bus/wake-up.ts";
import {
  declareConsumer,
  declareStream,
  declaring,
  NatsAway,
  type DeclaredJetStream,
} from "../nats/nats-declarations.ts";
import type { NatsLink } from "../nats/nats-link.ts";
import type { Log } from "../telemetry/log.ts";
import { startPull, type Pull } from "./nats-pull.ts";
import type { Hint, TakeOptions, WorkItem, WorkQueue } from "./work-queue.ts";

export interface NatsWorkQueueOptions {
  /** In lower case; the stream is AMEIDE_<NAME>, its subjects ameide.<name>.queued.<tenant>.<work>. */
  name: string;
  log: Pick<Log, "warn">;
}

const HOUR = 3_600_000;
/** A taker asks the database within this time, or is gone. */
const ACK_MILLISECONDS = 5000;
const PULL_MILLISECONDS = 30_000;
const PUBLISH_MILLISECONDS = 5000;
const PAUSE_MILLISECONDS = 1000;
/** More hints than this on their way are dropped: a server that takes none is not buffered for. */
const MOST_UNANSWERED = 1000;
const CONSUMER = "takers";

interface ReceivedHint extends Hint {
  /** It comes again at once, to whoever takes next. */
  giveBack(): void;
}

/** Hints between processes, in a JetStream stream from which each goes to one of all takers. */
export function createNatsWorkQueue(link: NatsLink, options: NatsWorkQueueOptions): WorkQueue {
  return new NatsWorkQueue(link, options);
}

class NatsWorkQueue implements WorkQueue {
  readonly #link: NatsLink;
  readonly #log: Pick<Log, "warn">;
  readonly #stream: string;
  readonly #prefix: string;
  readonly #jetStream: DeclaredJetStream;
  readonly #takers = new Set<() => void>();
  #received: ReceivedHint[] = [];
  #pull: Pull | undefined;
  /** The connection over which it is being asked. */
  #askingIn: number | undefined;
  #unanswered = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #isFailing = false;

  constructor(link: NatsLink, { name, log }: NatsWorkQueueOptions) {
    this.#link = link;
    this.#log = log;
    this.#stream = `AMEIDE_${name.toUpperCase()}`;
    this.#prefix = `ameide.${name}.queued`;
    this.#jetStream = declaring(link, (manager) => this.#declare(manager));
    link.onUp(() => this.#begin());
    if (link.connection) this.#begin();
  }

  offer({ tenantId, workId }: WorkItem): void {
    if (!this.#link.connection || this.#unanswered >= MOST_UNANSWERED) return;
    this.#unanswered += 1;
    void this.#publish(`${this.#prefix}.${tenantId}.${workId}`).finally(() => (this.#unanswered -= 1));
  }

  async take({ limit, milliseconds, signal }: TakeOptions): Promise<Hint[]> {
    const news = createWakeUp((wake) => {
      this.#takers.add(wake);
      return () => this.#takers.delete(wake);
    });
    const deadline = performance.now() + milliseconds;
    try {
      while (!signal.aborted) {
        if (this.#received.length > 0) return this.#received.splice(0, limit);
        const left = deadline - performance.now();
        if (left <= 0) return [];
        void this.#ask(limit);
        await news.wait(Math.min(left, PAUSE_MILLISECONDS), signal);
      }
      this.#leave();
      return [];
    } finally {
      news.close();
    }
  }

  isReliable(): boolean {
    return this.#link.connection !== undefined && !this.#isFailing;
  }

  async #declare(manager: JetStreamManager): Promise<void> {
    await declareStream(manager, {
      name: this.#stream,
      description: "hints that work is due; the database knows what is",
      subjects: [`${this.#prefix}.>`],
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.File,
      max_age: nanos(24 * HOUR),
      max_msgs: 1_000_000,
    });
    await declareConsumer(manager, this.#stream, {
      durable_name: CONSUMER,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_MILLISECONDS),
      max_deliver: 5,
      max_ack_pending: 20_000,
    });
  }

  /** A new connection knows nothing of what was asked for on the last one. */
  #begin(): void {
    this.#leave();
    this.#failedAt = Number.NEGATIVE_INFINITY;
    const { epoch } = this.#link;
    this.#jetStream.get().then(
      () => this.#succeeded(),
      (error: unknown) => this.#failed(error, epoch),
    );
    for (const wake of this.#takers) wake();
  }

  async #publish(subject: string): Promise<void> {
    const { epoch } = this.#link;
    try {
      const jetStream = await this.#jetStream.get();
      await jetStream.publish(subject, undefined, { timeout: PUBLISH_MILLISECONDS });
      this.#succeeded();
    } catch (error) {
      this.#failed(error, epoch);
    }
  }

  /** Keeps one request open, for no more than there is room for. */
  async #ask(limit: number): Promise<void> {
    const asked = this.#pull?.remaining ?? 0;
    if (asked > 0 && asked <= limit) return;
    const { epoch } = this.#link;
    if (this.#askingIn === epoch || performance.now() - this.#failedAt < PAUSE_MILLISECONDS) return;
    this.#askingIn = epoch;
    try {
      await this.#jetStream.get();
      const connection = this.#link.connection;
      if (!connection || epoch !== this.#link.epoch || this.#takers.size === 0) return;
      this.#pull?.stop();
      this.#pull = startPull(connection, {
        stream: this.#stream,
        consumer: CONSUMER,
        batch: limit,
        milliseconds: PULL_MILLISECONDS,
        onMessage: (message) => this.#receive(message),
        onOver: (error) => this.#over(error, epoch),
      });
    } catch (error) {
      this.#failed(error, epoch);
    } finally {
      if (this.#askingIn === epoch) this.#askingIn = undefined;
    }
  }

  #receive(message: Msg): void {
    const answer = (text: string) => {
      if (message.reply !== undefined) this.#link.connection?.publish(message.reply, text);
    };
    const [tenantId = "", workId = ""] = message.subject.slice(this.#prefix.length + 1).split(".");
    if (!isUuid(tenantId) || !isUuid(workId)) return answer("+TERM");
    this.#received.push({
      tenantId,
      workId,
      done: () => answer("+ACK"),
      giveBack: () => answer("-NAK"),
    });
    for (const wake of this.#takers) wake();
  }

  #over(error: Error | undefined, epoch: number): void {
    if (error) this.#failed(error, epoch);
    for (const wake of this.#takers) wake();
  }

  /** What was received and not taken is for somebody else; what is on its way comes again after a while. */
  #leave(): void {
    this.#pull?.stop();
    for (const hint of this.#received.splice(0)) hint.giveBack();
  }

  #succeeded(): void {
    this.#isFailing = false;
  }

  #failed(error: unknown, epoch: number): void {
    // Over a connection that is gone everything fails, and late.
    if (epoch !== this.#link.epoch) return;
    this.#failedAt = performance.now();
    this.#jetStream.forget();
    // The link has told that NATS is away.
    if (this.#isFailing || error instanceof NatsAway || !this.#link.connection) return;
    this.#isFailing = true;
    this.#log.warn({ err: error, stream: this.#stream }, "hints are not passed on: due work is looked for");
  }
}
