import type { RunnableConfig } from "@langchain/core/runnables";
import {
  copyCheckpoint,
  WRITES_IDX_MAP,
  type ChannelVersions,
  type Checkpoint,
  type CheckpointMetadata,
  type CheckpointPendingWrite,
  type PendingWrite,
  type SerializerProtocol,
} from "@langchain/langgraph-checkpoint";
import type { ChannelRow, CheckpointKey, CheckpointRow, WriteRow } from "./checkpoint-store.ts";

/** A checkpoint without its channels, which are stored once per version. */
type StoredCheckpoint = Omit<Checkpoint, "channel_values">;

/** Converts between LangGraph's checkpoints and rows. */
export interface CheckpointCodec {
  toRows(
    key: CheckpointKey,
    parentId: string | null,
    given: GivenCheckpoint,
  ): Promise<[CheckpointRow, ChannelRow[]]>;
  toWriteRows(key: CheckpointKey, writes: readonly PendingWrite[], taskId: string): Promise<WriteRow[]>;
  toCheckpoint(row: CheckpointRow): Promise<StoredCheckpoint>;
  toMetadata(row: CheckpointRow): Promise<CheckpointMetadata>;
  toValues(rows: readonly ChannelRow[]): Promise<Record<string, unknown>>;
  toWrites(rows: readonly WriteRow[]): Promise<CheckpointPendingWrite[]>;
}

interface GivenCheckpoint {
  checkpoint: Checkpoint;
  metadata: CheckpointMetadata;
  newVersions: ChannelVersions;
}

export function createCheckpointCodec(serde: SerializerProtocol): CheckpointCodec {
  async function toChannelRow(key: CheckpointKey, channel: string, version: number | string, given: unknown) {
    const { threadId, checkpointNs } = key;
    const [type, value] = await serde.dumpsTyped(given);
    return { threadId, checkpointNs, channel, version: String(version), type, value };
  }

  return {
    async toRows(key, parentCheckpointId, { checkpoint, metadata, newVersions }) {
      const { channel_values: values, ...stored } = copyCheckpoint(checkpoint);
      const changed = Object.entries(newVersions).filter(([channel]) => Object.hasOwn(values, channel));
      const channels = changed.map(([channel, version]) =>
        toChannelRow(key, channel, version, values[channel]),
      );
      const [type, bytes] = await serde.dumpsTyped(stored);
      const [, json] = await serde.dumpsTyped(metadata);
      const row = {
        ...key,
        parentCheckpointId,
        type,
        checkpoint: bytes,
        metadata: Buffer.from(json).toString(),
      };
      return [row, await Promise.all(channels)];
    },
    async toWriteRows(key, writes, taskId) {
      const byIndex = new Map<number, WriteRow>();
      for (const [position, [channel, value]] of writes.entries()) {
        const [type, bytes] = await serde.dumpsTyped(value);
        const idx = WRITES_IDX_MAP[channel] ?? position;
        byIndex.set(idx, { ...key, taskId, idx, channel, type, value: bytes });
      }
      return [...byIndex.values()];
    },
    toCheckpoint: async ({ type, checkpoint }) =>
      (await serde.loadsTyped(type, checkpoint)) as StoredCheckpoint,
    toMetadata: async ({ metadata }) => (await serde.loadsTyped("json", metadata)) as CheckpointMetadata,
    async toValues(rows) {
      const load = async ({ channel, type, value }: ChannelRow) =>
        [channel, await serde.loadsTyped(type, value)] as const;
      return Object.fromEntries(await Promise.all(rows.map(load)));
    },
    toWrites: (rows) =>
      Promise.all(
        rows.map(async ({ taskId, channel, type, value }): Promise<CheckpointPendingWrite> => {
          return [taskId, channel, await serde.loadsTyped(type, value)];
        }),
      ),
  };
}

export const configOf = ({ threadId, checkpointNs, checkpointId }: CheckpointKey): RunnableConfig => ({
  configurable: { thread_id: threadId, checkpoint_ns: checkpointNs, checkpoint_id: checkpointId },
});

export function optionalOf(config: RunnableConfig, name: string): string | undefined {
  const value: unknown = config.configurable?.[name];
  return typeof value === "string" ? value : undefined;
}

/** The key of a checkpoint that is to be stored; the caller must name the thread. */
export function keyOf(
  config: RunnableConfig,
  checkpointId = requiredOf(config, "checkpoint_id"),
): CheckpointKey {
  return {
    threadId: requiredOf(config, "thread_id"),
    checkpointNs: optionalOf(config, "checkpoint_ns") ?? "",
    checkpointId,
  };
}

function requiredOf(config: RunnableConfig, name: string): string {
  const value = optionalOf(config, name);
  if (value === undefined) throw new TypeError(`a checkpoint needs configurable.${name}`);
  return value;
}
