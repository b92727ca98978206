import {
  NatsError,
  type ConsumerConfig,
  type JetStreamClient,
  type JetStreamManager,
  type NatsConnection,
  type StreamConfig,
} from "nats";
import type { NatsLink } from "./nats-link.ts";

export type StreamDeclaration = Pick<StreamConfig, "name" | "subjects" | "retention"> & Partial<StreamConfig>;
export type ConsumerDeclaration = Partial<ConsumerConfig> & { durable_name: string };

export interface DeclaredJetStream {
  /** JetStream, once what is needed of it is declared; throws when it cannot be. */
  get(): Promise<JetStreamClient>;
  /** What was declared may be gone: the next use declares again. */
  forget(): void;
}

/** Declares on first use and again after each reconnect, since a server may come back with nothing. */
export function declaring(
  link: NatsLink,
  declare: (manager: JetStreamManager) => Promise<unknown>,
): DeclaredJetStream {
  let made: { epoch: number; jetStream: Promise<JetStreamClient> } | undefined;
  return {
    async get() {
      if (!link.connection) throw new NatsAway();
      if (made?.epoch !== link.epoch) {
        const declared = { epoch: link.epoch, jetStream: declareOn(link.connection, declare) };
        made = declared;
        declared.jetStream.catch(() => {
          if (made === declared) made = undefined;
        });
      }
      return made.jetStream;
    },
    forget: () => (made = undefined),
  };
}

export class NatsAway extends Error {
  constructor() {
    super("NATS is away");
  }
}

async function declareOn(
  connection: NatsConnection,
  declare: (manager: JetStreamManager) => Promise<unknown>,
): Promise<JetStreamClient> {
  await declare(await connection.jetstreamManager());
  return connection.jetstream();
}

const STREAM_NOT_FOUND = 10059;
const OTHER_CONFIGURATION = 10058;

const isApiError = (error: unknown, code: number) =>
  error instanceof NatsError && error.api_error?.err_code === code;

/** Makes the stream, or gives it the subjects it lacks. Its limits and replicas are its operator's, once it exists. */
export async function declareStream(
  manager: JetStreamManager,
  declaration: StreamDeclaration,
): Promise<void> {
  const { name, subjects, retention } = declaration;
  const existing = await findStream(manager, name);
  if (!existing) return addStream(manager, declaration);
  if (existing.retention !== retention) {
    throw new Error(
      `the stream ${name} keeps messages by ${existing.retention}, not ${retention}: remove it`,
    );
  }
  const missing = subjects.filter((subject) => !existing.subjects.includes(subject));
  if (missing.length > 0) {
    await manager.streams.update(name, { ...existing, subjects: [...existing.subjects, ...missing] });
  }
}

async function addStream(manager: JetStreamManager, declaration: StreamDeclaration): Promise<void> {
  try {
    await manager.streams.add(declaration);
  } catch (error) {
    // Another process of another version was faster.
    if (!isApiError(error, OTHER_CONFIGURATION)) throw error;
  }
}

async function findStream(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (isApiError(error, STREAM_NOT_FOUND)) return undefined;
    throw error;
  }
}

/** Makes the durable consumer; one that is there gets this configuration. */
export async function declareConsumer(
  manager: JetStreamManager,
  stream: string,
  declaration: ConsumerDeclaration,
): Promise<void> {
  await manager.consumers.add(stream, declaration);
}
