import type {
  ArtifactQueryService,
  StreamArtifactUpdatesResponse,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type {
  ChatQueryService,
  StreamChatUpdatesResponse,
} from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { type CallOptions, type Client, Code, ConnectError } from "@connectrpc/connect";
import { reasonOf } from "./errors.ts";
import { follow, type Received, type ReconnectPolicy, type Source, withOverrides } from "./follow.ts";
import type { StreamOptions } from "./runs.ts";
import { createRenewal, isTransientOnStream, type Renewal } from "./transience.ts";

/** Settings of one update stream. */
export interface WatchOptions extends StreamOptions {
  /** Where to begin: from GetChat, GetArtifact or an earlier update; empty or absent: at the first event. */
  readonly checkpointToken?: string;
  /** The version that belongs to the token, if known; a gap between the two then shows. */
  readonly version?: bigint;
}

/** What both update streams carry. */
interface Versioned {
  /** Without a case it is a heartbeat, or an event that the caller may not see. */
  readonly update: { readonly case?: string | undefined };
  readonly version: bigint;
  readonly checkpointToken: string;
}

interface UpdateSourceOptions<M extends Versioned> {
  readonly open: (checkpointToken: string, options: CallOptions) => AsyncIterable<M>;
  readonly isLast: (update: M) => boolean;
  readonly renewal: Renewal;
  readonly from: WatchOptions;
}

/** Streams a chat's events, each once and in order, until it is deleted. Throws like a run stream. */
export function watchChat(
  client: Client<typeof ChatQueryService>,
  policy: ReconnectPolicy & { renewable: boolean },
  chatId: string,
  options: WatchOptions = {},
): AsyncIterable<StreamChatUpdatesResponse> {
  const open = (checkpointToken: string, call: CallOptions) =>
    client.streamChatUpdates({ chatId, checkpointToken }, call);
  return watch(open, ({ update }) => update.case === "deleted", policy, options);
}

/** Streams an artifact's events, each once and in order, until the caller stops. Throws like a run stream. */
export function watchArtifact(
  client: Client<typeof ArtifactQueryService>,
  policy: ReconnectPolicy & { renewable: boolean },
  artifactId: string,
  options: WatchOptions = {},
): AsyncIterable<StreamArtifactUpdatesResponse> {
  const open = (checkpointToken: string, call: CallOptions) =>
    client.streamArtifactUpdates({ artifactId, checkpointToken }, call);
  return watch(open, () => false, policy, options);
}

function watch<M extends Versioned>(
  open: UpdateSourceOptions<M>["open"],
  isLast: (update: M) => boolean,
  { renewable, ...policy }: ReconnectPolicy & { renewable: boolean },
  options: WatchOptions,
): AsyncIterable<M> {
  const source = createUpdateSource({ open, isLast, renewal: createRenewal(renewable), from: options });
  return follow(source, withOverrides(policy, options), options.signal);
}

function createUpdateSource<M extends Versioned>(options: UpdateSourceOptions<M>): Source<M, M> {
  const { open, isLast, renewal, from } = options;
  let token = from.checkpointToken ?? "";
  // Without a token the stream begins at version 1; a token alone does not tell its version.
  let version = from.version ?? (token === "" ? 0n : undefined);
  return {
    open: (signal) => open(token, { signal }),
    receive(update): Received<M> {
      if (version !== undefined && update.version <= version)
        return { updates: [], next: "read", progress: false };
      if (version !== undefined && update.version > version + 1n) return missing(version, update.version);
      version = update.version;
      if (update.checkpointToken !== "") token = update.checkpointToken;
      renewal.succeeded();
      const updates = update.update.case === undefined ? [] : [update];
      return { updates, next: isLast(update) ? "finish" : "read", progress: true };
    },
    // These streams have no end of their own: the server is going away.
    ended: () => ({ updates: [], next: "resume", progress: false }),
    isTransient(error) {
      if (renewal.isWorthwhile(error) || isTransientOnStream(error)) return true;
      if (reasonOf(error) !== "RESUME_TOKEN_INVALID" || token === "" || version === undefined) return false;
      // Told from its first event the stream still goes on after the known version.
      token = "";
      return true;
    },
    reconnecting: () => [],
  };
}

function missing(version: bigint, following: bigint): Received<never> {
  const message = `version ${version} is followed by ${following}: updates are missing`;
  const cause = new ConnectError(message, Code.DataLoss);
  return { updates: [], next: "resume", progress: false, cause };
}
