import type {
  InferenceService,
  StartRunRequestSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Client } from "@connectrpc/connect";
import { follow, type ReconnectPolicy, withOverrides } from "./follow.ts";
import { createRunSource, type RunBegin } from "./run-source.ts";
import type { RunUpdate } from "./run-view.ts";
import { createRenewal } from "./transience.ts";

/** Settings of one stream; what is unset is taken from `createAmeide`'s `reconnect`. */
export interface StreamOptions extends Partial<ReconnectPolicy> {
  /** Ends the stream when aborted: the iterator then throws CANCELED. The run itself goes on; use CancelRun to stop it. */
  readonly signal?: AbortSignal;
}

/**
 * Run streams that heal: they reconnect by themselves, and no text is lost, doubled or silently taken back.
 * Nothing is sent before the first item is asked for; a stream can be iterated once. It throws CANCELED when
 * aborted, refusals of the server as ConnectError (see `reasonOf`), and the last failure after
 * `maxReconnects` attempts without progress.
 */
export interface Runs {
  /**
   * Starts a run and streams it to its end. `requestId` is filled with a random UUID when it is absent, so
   * that a start whose answer was lost is repeated safely.
   */
  stream(
    request: MessageInitShape<typeof StartRunRequestSchema>,
    options?: StreamOptions,
  ): AsyncIterable<RunUpdate>;
  /** Streams a run that exists, from its first word to its end. */
  watch(runId: string, options?: StreamOptions): AsyncIterable<RunUpdate>;
}

/** What `createRuns` needs. */
export interface RunsOptions {
  readonly client: Client<typeof InferenceService>;
  readonly reconnect: ReconnectPolicy;
  /** Whether a refused token can be renewed. */
  readonly renewable: boolean;
}

/** Makes the run streams over a generated client. */
export function createRuns({ client, reconnect, renewable }: RunsOptions): Runs {
  const begin = (from: RunBegin, options: StreamOptions = {}) => {
    const source = createRunSource(from, client, createRenewal(renewable));
    return follow(source, withOverrides(reconnect, options), options.signal);
  };
  return {
    stream: (start, options) => begin({ start }, options),
    watch: (runId, options) => begin({ runId }, options),
  };
}

/** Reads a run stream to its end and returns the last update; its view holds the whole answer. */
export async function lastUpdate(updates: AsyncIterable<RunUpdate>): Promise<RunUpdate> {
  let last: RunUpdate | undefined;
  for await (const update of updates) last = update;
  if (last === undefined) throw new Error("the stream held no update");
  return last;
}
