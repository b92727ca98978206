import { createInbox, type Msg, type NatsConnection } from "nats";

/** A request for messages of a consumer, which are handed over as they come. */
export interface Pull {
  /** How many may still come; 0 when it is over. */
  readonly remaining: number;
  /** Nothing comes any more; what was on its way comes again to somebody else. */
  stop(): void;
}

export interface PullOptions {
  stream: string;
  consumer: string;
  batch: number;
  milliseconds: number;
  onMessage(message: Msg): void;
  /** It ended by itself; with an error when there is nobody to ask. */
  onOver(error?: Error): void;
}

/** What an answer takes on its way; a server that has not even said that the time is over is gone. */
const GRACE_MILLISECONDS = 1000;
const NO_RESPONDERS = 503;
const REQUEST_REFUSED = 409;

export function startPull(connection: NatsConnection, options: PullOptions): Pull {
  const { stream, consumer, batch, milliseconds, onMessage, onOver } = options;
  const pull = { remaining: batch, stop };
  const inbox = createInbox();
  const subscription = connection.subscribe(inbox, {
    callback(error, message) {
      if (error) return over(error);
      const code = message.headers?.code ?? 0;
      if (code === NO_RESPONDERS || code === REQUEST_REFUSED) {
        return over(new Error(`JetStream refused: ${code} ${message.headers?.description ?? ""}`));
      }
      if (message.reply === undefined || message.reply === "") return over();
      pull.remaining -= 1;
      if (pull.remaining === 0) stop();
      onMessage(message);
    },
  });
  const timer = setTimeout(() => over(), milliseconds + GRACE_MILLISECONDS);
  function stop(): void {
    pull.remaining = 0;
    clearTimeout(timer);
    subscription.unsubscribe();
  }
  function over(error?: Error): void {
    stop();
    onOver(error);
  }
  const request = { batch, expires: milliseconds * 1_000_000 };
  const reply = { reply: inbox };
  connection.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), reply);
  return pull;
}
