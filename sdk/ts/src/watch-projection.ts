import type { ProjectionTokenizer } from "@ameide/proto/ameide/projection/v1/projection_pb.js";
import type {
  ProjectionDelta,
  ProjectionService,
  WatchProjectionResponse,
} from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import { type Client, Code, ConnectError } from "@connectrpc/connect";
import { follow, type Received, type ReconnectPolicy, type Source, withOverrides } from "./follow.ts";
import type { StreamOptions } from "./runs.ts";
import { createRenewal, isTransientOnStream } from "./transience.ts";

/** Settings of one stream of what versions do to a model. */
export interface WatchProjectionOptions extends StreamOptions {
  /** Of the last delta that was seen; empty or absent: only what comes from now on. */
  readonly checkpointToken?: string;
  /** Empty or absent: "main". */
  readonly branch?: string;
  /** With which the texts are counted; absent: o200k_base. */
  readonly tokenizer?: ProjectionTokenizer;
}

/** What one version did to a model, and where to go on after it. */
export interface ModelStep {
  readonly delta: ProjectionDelta;
  readonly checkpointToken: string;
}

/** Streams what each version does to a model, each once and in order, until the caller stops. Throws like a run stream. */
export function watchProjection(
  client: Client<typeof ProjectionService>,
  { renewable, ...policy }: ReconnectPolicy & { renewable: boolean },
  artifactId: string,
  options: WatchProjectionOptions = {},
): AsyncIterable<ModelStep> {
  const source = createDeltaSource(client, artifactId, options, renewable);
  return follow(source, withOverrides(policy, options), options.signal);
}

function createDeltaSource(
  client: Client<typeof ProjectionService>,
  artifactId: string,
  { checkpointToken = "", branch = "", tokenizer }: WatchProjectionOptions,
  renewable: boolean,
): Source<WatchProjectionResponse, ModelStep> {
  const renewal = createRenewal(renewable);
  const request = { artifactId, branch, ...(tokenizer !== undefined && { tokenizer }) };
  let token = checkpointToken;
  let version: bigint | undefined;
  return {
    open: (signal) => client.watchProjection({ ...request, checkpointToken: token }, { signal }),
    receive({ delta, checkpointToken: following }): Received<ModelStep> {
      if (delta && version !== undefined && delta.toVersion <= version)
        return { updates: [], next: "read", progress: false };
      if (delta && version !== undefined && delta.fromVersion > version) return missing(version, delta);
      version = delta?.toVersion ?? version;
      if (following !== "") token = following;
      renewal.succeeded();
      return { updates: delta ? [{ delta, checkpointToken: token }] : [], next: "read", progress: true };
    },
    // It has no end of its own: the server is going away.
    ended: () => ({ updates: [], next: "resume", progress: false }),
    isTransient: (error) => renewal.isWorthwhile(error) || isTransientOnStream(error),
    reconnecting: () => [],
  };
}

function missing(version: bigint, { fromVersion }: ProjectionDelta): Received<never> {
  const message = `version ${version} is followed by what was made of ${fromVersion}: deltas are missing`;
  return { updates: [], next: "resume", progress: false, cause: new ConnectError(message, Code.DataLoss) };
}
