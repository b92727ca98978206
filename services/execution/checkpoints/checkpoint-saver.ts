import type { RunnableConfig } from "@langchain/core/runnables";
import {
  BaseCheckpointSaver,
  getCheckpointId,
  maxChannelVersion,
  TASKS,
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
  configOf,
  createCheckpointCodec,
  keyOf,
  optionalOf,
  type CheckpointCodec,
} from "./checkpoint-codec.ts";
import {
  deleteCheckpoints,
  findChannels,
  findCheckpoints,
  findWrites,
  insertWrites,
  upsertCheckpoint,
  type CheckpointRow,
} from "./checkpoint-store.ts";

/** The version of checkpoints that no longer keep the sends of their parent among its writes. */
const SENDS_IN_CHANNEL = 4;

/** LangGraph's checkpoints of one tenant, in our database. */
export class CheckpointSaver extends BaseCheckpointSaver {
  readonly #database: Database;
  readonly #tenantId: string;
  readonly #codec: CheckpointCodec = createCheckpointCodec(this.serde);
  #lastWrite: Promise<unknown> = Promise.resolve();

  constructor(database: Database, tenantId: string) {
    super();
    this.#database = database;
    this.#tenantId = tenantId;
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const threadId = optionalOf(config, "thread_id");
    if (threadId === undefined) return undefined;
    const checkpointNs = optionalOf(config, "checkpoint_ns") ?? "";
    const checkpointId = getCheckpointId(config) || undefined;
    const [row] = await findCheckpoints(this.#reader(), { threadId, checkpointNs, checkpointId, limit: 1 });
    return row && this.#toTuple(row);
  }

  override async *list(
    config: RunnableConfig,
    options: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    const rows = await findCheckpoints(this.#reader(), {
      threadId: optionalOf(config, "thread_id"),
      checkpointNs: optionalOf(config, "checkpoint_ns"),
      checkpointId: optionalOf(config, "checkpoint_id") || undefined,
      before: options.before && optionalOf(options.before, "checkpoint_id"),
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
    const key = keyOf(config, checkpoint.id);
    const parentId = optionalOf(config, "checkpoint_id") ?? null;
    await this.#inOrder(async () => {
      const [row, channels] = await this.#codec.toRows(key, parentId, { checkpoint, metadata, newVersions });
      await this.#database.transaction(this.#tenantId, (tx) => upsertCheckpoint(tx, row, channels));
    });
    return configOf(key);
  }

  override async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    const key = keyOf(config);
    await this.#inOrder(async () => {
      const rows = await this.#codec.toWriteRows(key, writes, taskId);
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
    const turn = this.#lastWrite.then(work);
    this.#lastWrite = turn;
    turn.catch(() => undefined);
    return turn;
  }

  #reader() {
    return this.#database.reader(this.#tenantId);
  }

  async #toTuple(row: CheckpointRow): Promise<CheckpointTuple> {
    const stored = await this.#codec.toCheckpoint(row);
    const versions = Object.entries(stored.channel_versions);
    const channels = versions.map(([channel, version]) => ({ channel, version: String(version) }));
    const values = await this.#codec.toValues(await findChannels(this.#reader(), row, channels));
    const checkpoint: Checkpoint = { ...stored, channel_values: values };
    const parentId = row.parentCheckpointId;
    if (checkpoint.v < SENDS_IN_CHANNEL && parentId !== null)
      await this.#takeSendsOf(checkpoint, row, parentId);
    return {
      config: configOf(row),
      checkpoint,
      metadata: await this.#codec.toMetadata(row),
      pendingWrites: await this.#writesOf(row, row.checkpointId),
      ...(parentId !== null && { parentConfig: configOf({ ...row, checkpointId: parentId }) }),
    };
  }

  async #writesOf(row: CheckpointRow, checkpointId: string): Promise<CheckpointPendingWrite[]> {
    return this.#codec.toWrites(await findWrites(this.#reader(), { ...row, checkpointId }));
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
