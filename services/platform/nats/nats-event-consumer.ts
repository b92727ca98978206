import { setTimeout as sleep } from "node:timers/promises";
import { AckPolicy, headers, nanos, type Consumer, type JetStreamClient, type JsMsg } from "nats";
import { parseCloudEvent, type PublishedEvent } from "../event-relay/cloud-event.ts";
import type { Log } from "../telemetry/log.ts";
import { declareConsumer, declareStream, declaring } from "./nats-declarations.ts";
import { DEAD_LETTERS_STREAM, DEAD_SUBJECTS, EVENT_SUBJECTS, EVENTS_STREAM } from "./nats-event-streams.ts";
import type { NatsLink } from "./nats-link.ts";

export interface ConsumeOptions {
  /** Names the consumer for ever: where it is, and its dead letters. Any number of processes share it. */
  durable: string;
  /** What it hears of; default everything. E.g. `ameide.events.*.chat.>`. */
  subject?: string;
  /** May be called more than once for an event, see `consumeOnce`; throwing means that it is tried again. */
  handle(event: PublishedEvent, attempt: number): Promise<void>;
  /** After so many failures the event is put aside. Default 5. */
  maxDeliver?: number;
  /** Before the second attempt; twice as long before each one after it, up to 30 seconds. Default 500. */
  retryMilliseconds?: number;
  log: Pick<Log, "warn">;
}

export interface EventConsumption {
  /** Resolves when the event under way is done. */
  stop(): Promise<void>;
}

/** Headers of a dead letter. */
export const DEAD_HEADERS = {
  consumer: "Ameide-Dead-Consumer",
  reason: "Ameide-Dead-Reason",
  subject: "Ameide-Dead-Subject",
  attempts: "Ameide-Dead-Attempts",
} as const;
/** On an event that is published once more for one consumer: the others pass it over. */
export const FOR_CONSUMER = "Ameide-For-Consumer";

const ACK_MILLISECONDS = 30_000;
const FETCH_MILLISECONDS = 5000;
const PAUSE_MILLISECONDS = 1000;
const LONGEST_RETRY_MILLISECONDS = 30_000;
const NAME = /^[\w-]{1,100}$/;

/** Hands over the published events one after the other, each until it is handled or put aside as a dead letter. */
export function consumeEvents(link: NatsLink, options: ConsumeOptions): EventConsumption {
  if (!NAME.test(options.durable)) throw new Error(`${options.durable} cannot be the name of a consumer`);
  const stopping = new AbortController();
  const running = consumeUntil(link, options, stopping.signal);
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

async function consumeUntil(link: NatsLink, options: ConsumeOptions, stopping: AbortSignal): Promise<void> {
  const declared = declaring(link, async (manager) => {
    await declareStream(manager, EVENTS_STREAM);
    await declareStream(manager, DEAD_LETTERS_STREAM);
    await declareConsumer(manager, EVENTS_STREAM.name, {
      durable_name: options.durable,
      filter_subject: options.subject ?? `${EVENT_SUBJECTS}.>`,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ACK_MILLISECONDS),
      // Counted here: the server would give up in silence.
      max_deliver: -1,
    });
  });
  let isTold = false;
  while (!stopping.aborted) {
    try {
      const jetStream = await declared.get();
      const consumer = await jetStream.consumers.get(EVENTS_STREAM.name, options.durable);
      while (!stopping.aborted) {
        await consumeSome(jetStream, consumer, options, stopping);
        isTold = false;
      }
    } catch (error) {
      declared.forget();
      if (!isTold && link.connection)
        options.log.warn({ err: error, consumer: options.durable }, "no events come");
      isTold = true;
      await sleep(PAUSE_MILLISECONDS, undefined, { signal: stopping }).catch(() => undefined);
    }
  }
}

/** One event at a time: another process may have the next one meanwhile. */
async function consumeSome(
  jetStream: JetStreamClient,
  consumer: Consumer,
  options: ConsumeOptions,
  stopping: AbortSignal,
): Promise<void> {
  const messages = await consumer.fetch({ max_messages: 1, expires: FETCH_MILLISECONDS });
  const leave = () => messages.stop();
  stopping.addEventListener("abort", leave, { once: true });
  if (stopping.aborted) leave();
  try {
    for await (const message of messages) await consume(jetStream, message, options);
  } finally {
    stopping.removeEventListener("abort", leave);
  }
}

async function consume(jetStream: JetStreamClient, message: JsMsg, options: ConsumeOptions): Promise<void> {
  const { durable, handle, maxDeliver = 5, retryMilliseconds = 500 } = options;
  const wanted = message.headers?.get(FOR_CONSUMER) ?? "";
  if (wanted !== "" && wanted !== durable) return message.ack();
  const attempt = message.info.deliveryCount;
  // Its consumer died so often that nobody could say why.
  if (attempt > maxDeliver) return putAside(jetStream, message, options, "it was never answered");
  const working = setInterval(() => message.working(), ACK_MILLISECONDS / 3);
  try {
    await handle(parseCloudEvent(message.string()), attempt);
    message.ack();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (attempt >= maxDeliver) return await putAside(jetStream, message, options, reason);
    message.nak(Math.min(retryMilliseconds * 2 ** (attempt - 1), LONGEST_RETRY_MILLISECONDS));
  } finally {
    clearInterval(working);
  }
}

/** Acknowledged only once the dead letter is stored: rather twice than never. */
async function putAside(
  jetStream: JetStreamClient,
  message: JsMsg,
  { durable, log }: ConsumeOptions,
  reason: string,
): Promise<void> {
  const about = headers();
  for (const key of message.headers?.keys() ?? []) {
    for (const value of message.headers?.values(key) ?? []) about.append(key, value);
  }
  about.set("Nats-Msg-Id", `${durable}.${message.info.streamSequence}`);
  about.set(DEAD_HEADERS.consumer, durable);
  about.set(DEAD_HEADERS.reason, reason.replace(/\s+/gu, " ").slice(0, 1000));
  about.set(DEAD_HEADERS.subject, message.subject);
  about.set(DEAD_HEADERS.attempts, String(message.info.deliveryCount));
  const rest = message.subject.slice(EVENT_SUBJECTS.length + 1);
  await jetStream.publish(`${DEAD_SUBJECTS}.${durable}.${rest}`, message.data, { headers: about });
  message.ack();
  log.warn(
    { consumer: durable, subject: message.subject, reason },
    "an event was put aside as a dead letter",
  );
}
