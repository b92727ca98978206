import {
  ArtifactCommandService,
  ArtifactQueryService,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type { StreamArtifactUpdatesResponse } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { ArtifactContentCommandService } from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { ArtifactContentQueryService } from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import { BudgetService } from "@ameide/proto/ameide/budget/v1/budget_service_pb.js";
import { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import type { StreamChatUpdatesResponse } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import { AutopilotService } from "@ameide/proto/ameide/graphpatch/v1/autopilot_service_pb.js";
import { GraphPatchService } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import { ProjectionService } from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import { AgentRegistryService } from "@ameide/proto/ameide/inference/v1/agent_registry_service_pb.js";
import { AgentService, InferenceService } from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { ProviderService } from "@ameide/proto/ameide/inference/v1/provider_service_pb.js";
import { type Client, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import { authenticate, type TokenSource } from "./authenticate.ts";
import { type ReconnectPolicy, withOverrides } from "./follow.ts";
import { type RetryOptions, retryUnary } from "./retry.ts";
import { createRuns, type Runs } from "./runs.ts";
import { type WatchOptions, watchArtifact, watchChat } from "./watch-updates.ts";
import { type ModelStep, watchProjection, type WatchProjectionOptions } from "./watch-projection.ts";

/** What a transport is made of: where the server is, and the interceptors that all calls pass, outermost first. */
export interface TransportOptions {
  readonly baseUrl: string;
  readonly interceptors: Interceptor[];
}

/** Settings of `createAmeide`. */
export interface AmeideOptions {
  /** Where the server is, such as "https://ameide.example"; in a browser, "/" is the page's own origin. */
  readonly baseUrl: string;
  /**
   * The bearer token, or where to get it. If a function throws, streams try again,
   * unless it throws a ConnectError with code UNAUTHENTICATED.
   */
  readonly token: TokenSource;
  /** Makes the transport; default: Connect over fetch, binary. `@ameide/sdk/node` has one for HTTP/2. */
  readonly transport?: (options: TransportOptions) => Transport;
  /** Further interceptors, outside of the SDK's own. */
  readonly interceptors?: readonly Interceptor[];
  /** Repeats unary calls that are safe to repeat; absent: none is repeated. */
  readonly retry?: RetryOptions;
  /** How streams are kept alive; what is unset has the defaults of `ReconnectPolicy`. */
  readonly reconnect?: Partial<ReconnectPolicy>;
}

/** All of Ameide: the generated clients, and the streams that heal. */
export interface Ameide {
  readonly chatCommands: Client<typeof ChatCommandService>;
  readonly chatQueries: Client<typeof ChatQueryService>;
  readonly artifactCommands: Client<typeof ArtifactCommandService>;
  readonly artifactQueries: Client<typeof ArtifactQueryService>;
  /** Uploads, imports, documents, snapshots, attachments, the tenant's own rules. */
  readonly contentCommands: Client<typeof ArtifactContentCommandService>;
  /** Models and documents at any version, as files or as they are; what is wrong with them; search. */
  readonly contentQueries: Client<typeof ArtifactContentQueryService>;
  readonly inference: Client<typeof InferenceService>;
  readonly agents: Client<typeof AgentService>;
  /** For admins: registers agents and sets what people get of them. */
  readonly agentRegistry: Client<typeof AgentRegistryService>;
  readonly budgets: Client<typeof BudgetService>;
  /** For editors and admins: how the model providers are. */
  readonly providers: Client<typeof ProviderService>;
  /** Proposes, reviews, applies and takes back changes of models; branches, differences, provenance. */
  readonly patches: Client<typeof GraphPatchService>;
  /** For admins: what agents may apply without a person. */
  readonly autopilot: Client<typeof AutopilotService>;
  /** Models as agents read them: within a number of tokens, with what was left out; branches and references. */
  readonly projections: Client<typeof ProjectionService>;
  /** Run streams. */
  readonly runs: Runs;
  /** Streams a chat's events, each once and in order, until it is deleted. Throws like a run stream. */
  watchChat(chatId: string, options?: WatchOptions): AsyncIterable<StreamChatUpdatesResponse>;
  /** Streams an artifact's events, each once and in order, until the caller stops. Throws like a run stream. */
  watchArtifact(artifactId: string, options?: WatchOptions): AsyncIterable<StreamArtifactUpdatesResponse>;
  /** Streams what each version does to a model, each once and in order, until the caller stops. */
  watchProjection(artifactId: string, options?: WatchProjectionOptions): AsyncIterable<ModelStep>;
  /** What all of the above run over, for other clients such as connect-query. */
  readonly transport: Transport;
}

const RECONNECT: ReconnectPolicy = {
  maxReconnects: 10,
  // Two and a half of the server's heartbeats.
  silenceTimeoutMs: 20_000,
  baseDelayMs: 250,
  maxDelayMs: 15_000,
  random: Math.random,
};

/** Two and a half of the heartbeats of update streams; one that is opened anew for nothing loses nothing. */
const UPDATES_SILENCE_MS = 40_000;

/** Makes everything from an address and a token; sends nothing yet. Works in browsers and in Node. */
export function createAmeide(options: AmeideOptions): Ameide {
  const { token, retry, reconnect = {} } = options;
  const renewable = typeof token === "function";
  const transport = (options.transport ?? createWebTransport)({
    baseUrl: options.baseUrl,
    interceptors: [
      ...(options.interceptors ?? []),
      ...(retry ? [retryUnary(retry)] : []),
      authenticate(token),
    ],
  });
  const chatQueries = createClient(ChatQueryService, transport);
  const artifactQueries = createClient(ArtifactQueryService, transport);
  const inference = createClient(InferenceService, transport);
  const projections = createClient(ProjectionService, transport);
  const updates = withOverrides({ ...RECONNECT, silenceTimeoutMs: UPDATES_SILENCE_MS }, reconnect);
  return {
    chatCommands: createClient(ChatCommandService, transport),
    chatQueries,
    artifactCommands: createClient(ArtifactCommandService, transport),
    artifactQueries,
    inference,
    contentCommands: createClient(ArtifactContentCommandService, transport),
    contentQueries: createClient(ArtifactContentQueryService, transport),
    agents: createClient(AgentService, transport),
    agentRegistry: createClient(AgentRegistryService, transport),
    budgets: createClient(BudgetService, transport),
    providers: createClient(ProviderService, transport),
    patches: createClient(GraphPatchService, transport),
    projections,
    autopilot: createClient(AutopilotService, transport),
    runs: createRuns({ client: inference, reconnect: withOverrides(RECONNECT, reconnect), renewable }),
    watchChat: (chatId, watch) => watchChat(chatQueries, { ...updates, renewable }, chatId, watch),
    watchArtifact: (artifactId, watch) =>
      watchArtifact(artifactQueries, { ...updates, renewable }, artifactId, watch),
    watchProjection: (artifactId, watch) =>
      watchProjection(projections, { ...updates, renewable }, artifactId, watch),
    transport,
  };
}

function createWebTransport({ baseUrl, interceptors }: TransportOptions): Transport {
  return createConnectTransport({ baseUrl, interceptors, useBinaryFormat: true });
}
