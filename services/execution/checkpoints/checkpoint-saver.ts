import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  copyCheckpoint,
  getCheckpointId,
  maxChannelVersion,
  TASKS,
  WRITES_IDX_MAP,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointMetadata,
  type CheckpointPendingWrite,
  type CheckpointTuple,
  type PendingWrite,
} from "@langchain/langgraph-checkpoint";
import type { Database } from "../../platform/db/database.ts";
import {
  deleteCheckpoints,
  findChannels,
  findCheckpoints,
  findWrites,
  insertWrites,
  upsertCheckpoint,
  type ChannelRow,
  type CheckpointKey,
  type CheckpointRow,
  type WriteRow,
} from "./checkpoint-store.ts";

export interface CheckpointSaver extends BaseCheckpointSaver {
  /** Resolves once everything handed over so far is stored; rejects when something of it could not be. */
  settled(): Promise<void>;
}

interface CheckpointSaverOptions {
  /** No thread that it is asked for has a checkpoint yet, so that a run's first token need not wait for a read. */
  startsEmpty?: boolean;
}

/** LangGraph's checkpoints of one tenant, in our database. */
export function createCheckpointSaver(
  database: Database,
  tenantId: string,
  { startsEmpty = false }: CheckpointSaverOptions = {},
): CheckpointSaver {
  return new DatabaseCheckpointSaver(database, tenantId, startsEmpty);
}

/** The version of checkpoints that no longer keep the sends of their parent among its writes. */
const SENDS_IN_CHANNEL = 4;

class DatabaseCheckpointSaver extends BaseCheckpointSaver implements CheckpointSaver {
  readonly #database: Database;
  readonly #tenantId: string;
  #isEmpty: boolean;
  #lastWrite: Promise<unknown> = Promise.resolve();

  constructor(database: Database, tenantId: string, startsEmpty: boolean) {
    super();
    this.#database = database;
    this.#tenantId = tenantId;
    this.#isEmpty = startsEmpty;
  }

  async settled(): Promise<void> {
    await this.#lastWrite;
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const threadId = optional(config, "thread_id");
    if (threadId === undefined || this.#isEmpty) return undefined;
    const checkpointNs = optional(config, "checkpoint_ns") ?? "";
    const checkpointId = getCheckpointId(config) || undefined;
    const [row] = await findCheckpoints(this.#reader(), { threadId, checkpointNs, checkpointId, limit: 1 });
    return row && this.#toTuple(row);
  }

  override async *list(
    config: RunnableConfig,
    options: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const rows = await findCheckpoints(this.#reader(), {
      threadId: optional(config, "thread_id"),
      checkpointNs: optional(config, "checkpoint_ns"),
      checkpointId: optional(config, "checkpoint_id") || undefined,
      before: options.before && optional(options.before, "checkpoint_id"),
      metadata: options.filter && JSON.stringify(options.filter),
      limit: options.limit,
    });
    for (const row of rows) yield this.#toTuple(row);
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    const key: CheckpointKey = {
      threadId: required(config, "thread_id"),
      checkpointNs: optional(config, "checkpoint_ns") ?? "",
      checkpointId: checkpoint.id,
    };
    const parentCheckpointId = optional(config, "checkpoint_id") ?? null;
    const { channel_values: values, ...prepared } = copyCheckpoint(checkpoint);
    await this.#inOrder(async () => {
      const channels = await this.#toChannelRows(key, values, newVersions);
      const [type, bytes] = await this.serde.dumpsTyped(prepared);
      const [, metadataBytes] = await this.serde.dumpsTyped(metadata);
      const row = {
        ...key,
        parentCheckpointId,
        type,
        checkpoint: bytes,
        metadata: Buffer.from(metadataBytes).toString(),
      };
      await this.#database.transaction(this.#tenantId, (tx) => upsertCheckpoint(tx, row, channels));
    });
    return configOf(key);
  }

  override async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    const key: CheckpointKey = {
      threadId: required(config, "thread_id"),
      checkpointNs: optional(config, "checkpoint_ns") ?? "",
      checkpointId: required(config, "checkpoint_id"),
    };
    await this.#inOrder(async () => {
      const rows = await this.#toWriteRows(key, writes, taskId);
      if (rows.length > 0) await this.#database.transaction(this.#tenantId, (tx) => insertWrites(tx, rows));
    });
  }

  override async deleteThread(threadId: string): Promise<void> {
    await this.#inOrder(() =>
      this.#database.transaction(this.#tenantId, (tx) => deleteCheckpoints(tx, threadId)),
    );
  }

  /**
   * Never the same twice: what an executor that lost its lease still stores must not pass for what its successor
   * stored as the same version of a channel.
   */
  override getNextVersion(current: number | undefined): number {
    return Math.floor(current ?? 0) + 1 + Math.random();
  }

  /**
   * One at a time, as handed over: LangGraph does not wait for a checkpoint before it hands over the writes of its
   * tasks, and writes stored without their checkpoint would be orphans after a crash, their step run again.
   * Nothing is stored after something that failed.
   */
  #inOrder<T>(work: () => Promise<T>): Promise<T> {
    this.#isEmpty = false;
    const turn = this.#lastWrite.then(work);
    this.#lastWrite = turn;
    turn.catch(() => undefined);
    return turn;
  }

  #reader() {
    return this.#database.reader(this.#tenantId);
  }

  async #toWriteRows(key: CheckpointKey, writes: PendingWrite[], taskId: string): Promise<WriteRow[]> {
    const byIndex = new Map<number, WriteRow>();
    for (const [position, [channel, value]] of writes.entries()) {
      const [type, bytes] = await this.serde.dumpsTyped(value);
      const idx = WRITES_IDX_MAP[channel] ?? position;
      byIndex.set(idx, { ...key, taskId, idx, channel, type, value: bytes });
    }
    return [...byIndex.values()];
  }

  async #toChannelRows(
    { threadId, checkpointNs }: CheckpointKey,
    values: Record<string, unknown>,
    newVersions: ChannelVersions,
  ): Promise<ChannelRow[]> {
    const changed = Object.entries(newVersions).filter(([channel]) => Object.hasOwn(values, channel));
    return Promise.all(
      changed.map(async ([channel, version]) => {
        const [type, value] = await this.serde.dumpsTyped(values[channel]);
        return { threadId, checkpointNs, channel, version: String(version), type, value };
      }),
    );
  }

  async #toTuple(row: CheckpointRow): Promise<CheckpointTuple> {
    const stored = (await this.serde.loadsTyped(row.type, row.checkpoint)) as Omit<
      Checkpoint,
      "channel_values"
    >;
    const checkpoint = { ...stored, channel_values: await this.#valuesOf(row, stored.channel_versions) };
    const parentId = row.parentCheckpointId;
    const parentConfig = parentId === null ? undefined : configOf({ ...row, checkpointId: parentId });
    if (checkpoint.v < SENDS_IN_CHANNEL && parentId !== null)
      await this.#takeSendsOf(checkpoint, row, parentId);
    return {
      config: configOf(row),
      checkpoint,
      metadata: (await this.serde.loadsTyped("json", row.metadata)) as CheckpointMetadata,
      pendingWrites: await this.#writesOf(row, row.checkpointId),
      ...(parentConfig && { parentConfig }),
    };
  }

  async #valuesOf(row: CheckpointRow, channelVersions: ChannelVersions): Promise<Record<string, unknown>> {
    const versions = Object.entries(channelVersions).map(([channel, version]) => ({
      channel,
      version: String(version),
    }));
    const rows = await findChannels(this.#reader(), row, versions);
    const entries = rows.map(
      async ({ channel, type, value }) => [channel, await this.serde.loadsTyped(type, value)] as const,
    );
    return Object.fromEntries(await Promise.all(entries));
  }

  async #writesOf(row: CheckpointRow, checkpointId: string): Promise<CheckpointPendingWrite[]> {
    const writes = await findWrites(this.#reader(), { ...row, checkpointId });
    return Promise.all(
      writes.map(async ({ taskId, channel, type, value }): Promise<CheckpointPendingWrite> => {
        return [taskId, channel, await this.serde.loadsTyped(type, value)];
      }),
    );
  }

  async #takeSendsOf(checkpoint: Checkpoint, row: CheckpointRow, parentId: string): Promise<void> {
    const writes = await this.#writesOf(row, parentId);
    checkpoint.channel_values[TASKS] = writes
      .filter(([, channel]) => channel === TASKS)
      .map(([, , value]) => value);
    const versions = Object.values(checkpoint.channel_versions);
    checkpoint.channel_versions[TASKS] =
      versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined);
  }
}

const configOf = ({ threadId, checkpointNs, checkpointId }: CheckpointKey): RunnableConfig => ({
  configurable: { thread_id: threadId, checkpoint_ns: checkpointNs, checkpoint_id: checkpointId },
});

function optional(config: RunnableConfig, name: string): string | undefined {
  const value: unknown = config.configurable?.[name];
  return typeof value === "string" ? value : undefined;
}

function required(config: RunnableConfig, name: string): string {
  const value = optional(config, name);
  if (value === undefined) throw new TypeError(`a checkpoint needs configurable.${name}`);
  return value;
}
