import { headers, NatsError, type JetStreamManager, type StoredMsg } from "nats";
import { declareStream, declaring } from "./nats-declarations.ts";
import { DEAD_HEADERS, FOR_CONSUMER } from "./nats-event-consumer.ts";
import { DEAD_LETTERS_STREAM, DEAD_SUBJECTS, EVENTS_STREAM } from "./nats-event-streams.ts";
import type { NatsLink } from "./nats-link.ts";

/**
 * Publishes the dead letters of a consumer once more, for it alone, and takes them off the list. One that fails again
 * comes back there. Resolves to how many they were.
 */
export async function redeliverDeadLetters(link: NatsLink, consumer: string): Promise<number> {
  const declared = declaring(link, async (manager) => {
    await declareStream(manager, EVENTS_STREAM);
    await declareStream(manager, DEAD_LETTERS_STREAM);
  });
  const jetStream = await declared.get();
  const manager = await jetStream.jetstreamManager();
  const { name } = DEAD_LETTERS_STREAM;
  // Those that come back while it works are for the next time.
  const last = (await manager.streams.info(name)).state.last_seq;
  let count = 0;
  let letter = await nextLetter(manager, consumer, 1);
  while (letter && letter.seq <= last) {
    const about = headers();
    about.set("content-type", letter.header.get("content-type"));
    about.set(FOR_CONSUMER, consumer);
    const msgID = `${consumer}.${letter.seq}.${letter.time.getTime()}`;
    await jetStream.publish(letter.header.get(DEAD_HEADERS.subject), letter.data, { msgID, headers: about });
    await manager.streams.deleteMessage(name, letter.seq);
    count += 1;
    letter = await nextLetter(manager, consumer, letter.seq + 1);
  }
  return count;
}

const NO_MESSAGE = 10037;

async function nextLetter(
  manager: JetStreamManager,
  consumer: string,
  seq: number,
): Promise<StoredMsg | undefined> {
  const query = { seq, next_by_subj: `${DEAD_SUBJECTS}.${consumer}.>` };
  try {
    return await manager.streams.getMessage(DEAD_LETTERS_STREAM.name, query);
  } catch (error) {
    if (error instanceof NatsError && error.api_error?.err_code === NO_MESSAGE) return undefined;
    throw error;
  }
}
