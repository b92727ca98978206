import type { RunnableConfig } from "@langchain/core/runnables";
import type {
  ChannelVersions,
  Checkpoint,
  CheckpointMetadata,
  CheckpointTuple,
  PendingWrite,
} from "@langchain/langgraph-checkpoint";
import type { Database } from "../../platform/db/database.ts";
import { configOf, keyOf } from "./checkpoint-codec.ts";
import { CheckpointSaver } from "./checkpoint-saver.ts";

interface RunCheckpointSaverOptions {
  /** The run has no checkpoint yet, so that its first token need not wait for a read. */
  startsEmpty: boolean;
}

/**
 * The checkpoints of one run under way. LangGraph hands them over and goes on; whoever needs them stored waits with
 * `settled`. Left to LangGraph, one that cannot be stored is a rejection that nobody handles in time, and ends the
 * process.
 */
export class RunCheckpointSaver extends CheckpointSaver {
  #isEmpty: boolean;
  #handedOver: Promise<unknown> = Promise.resolve();

  constructor(database: Database, tenantId: string, { startsEmpty }: RunCheckpointSaverOptions) {
    super(database, tenantId);
    this.#isEmpty = startsEmpty;
  }

  /** Resolves once everything handed over so far is stored; rejects when something of it could not be. */
  async settled(): Promise<void> {
    await this.#handedOver;
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    return this.#isEmpty ? undefined : super.getTuple(config);
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
    newVersions: ChannelVersions,
  ): Promise<RunnableConfig> {
    this.#handOver(super.put(config, checkpoint, metadata, newVersions));
    return configOf(keyOf(config, checkpoint.id));
  }

  override async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    this.#handOver(super.putWrites(config, writes, taskId));
  }

  #handOver(stored: Promise<unknown>): void {
    this.#isEmpty = false;
    this.#handedOver = stored;
    stored.catch(() => undefined);
  }
}
