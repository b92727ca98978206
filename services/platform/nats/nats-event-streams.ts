import { nanos, RetentionPolicy, StorageType } from "nats";
import type { StreamDeclaration } from "./nats-declarations.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const GIBIBYTE = 2 ** 30;

export const EVENT_SUBJECTS = "ameide.events";

/** Every committed event as a CloudEvent, for a while: the database has them all, and can publish them again. */
export const EVENTS_STREAM: StreamDeclaration = {
  name: "AMEIDE_EVENTS",
  description: "committed events as CloudEvents; ameide.events.<tenant>.<aggregate>.<type>",
  subjects: [`${EVENT_SUBJECTS}.>`],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_age: nanos(7 * DAY),
  max_bytes: GIBIBYTE,
  // Longer than it takes to replace a relay that was killed.
  duplicate_window: nanos(10 * MINUTE),
};

export const DEAD_SUBJECTS = "ameide.dead";

/** What a consumer could not handle, until somebody lets it try again. */
export const DEAD_LETTERS_STREAM: StreamDeclaration = {
  name: "AMEIDE_DEAD_LETTERS",
  description: "messages that a consumer failed on; ameide.dead.<consumer>.<rest of the subject>",
  subjects: [`${DEAD_SUBJECTS}.>`],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  max_age: nanos(30 * DAY),
  max_bytes: GIBIBYTE / 4,
};
