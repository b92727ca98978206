import { file_ameide_events_v1_agent_events } from "@ameide/proto-private/ameide/events/v1/agent_events_pb.js";
import { file_ameide_events_v1_artifact_events } from "@ameide/proto-private/ameide/events/v1/artifact_events_pb.js";
import { file_ameide_events_v1_budget_events } from "@ameide/proto-private/ameide/events/v1/budget_events_pb.js";
import { file_ameide_events_v1_chat_events } from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { file_ameide_events_v1_graphpatch_events } from "@ameide/proto-private/ameide/events/v1/graphpatch_events_pb.js";
import { file_ameide_events_v1_run_events } from "@ameide/proto-private/ameide/events/v1/run_events_pb.js";
import { createRegistry } from "@bufbuild/protobuf";
import {
  createArtifactHandlers,
  createCodecPool,
  createContentHandlers,
  createKits,
  GraphCache,
  tenantRules,
  type ContentDeps,
} from "./artifact/index.ts";
import { createBudgetHandlers, createPriceTable, createRunBudget, type BudgetDeps } from "./budget/index.ts";
import { createChatHandlers, linkPrimaryChat, mayReadChat, readableChatReference } from "./chat/index.ts";
import { composeTools } from "./compose-tools.ts";
import { createGraphPatchHandlers, createModelTurns, type PatchDeps } from "./graphpatch/index.ts";
import { deleteCheckpoints } from "./execution/checkpoints/checkpoint-store.ts";
import type { ToolPorts } from "./execution/tool-ports.ts";
import { TOOL_NAMES } from "./execution/tools/tool-table.ts";
import type { Handlers } from "./gateway/gateway.ts";
import { createRunStreamHandlers } from "./gateway/run-streams/handlers.ts";
import type { WatchDeps } from "./gateway/run-streams/watch-run.ts";
import {
  createAgentRegistry,
  createAgentRegistryHandlers,
  createChatRuns,
  createInferenceHandlers,
  createModelCatalog,
  createProviderHandlers,
  keptRef,
  type ModelCatalog,
  type RunDeps,
} from "./inference/index.ts";
import { codecForFile, notationKits } from "./notation/notations.ts";
import type { Bus } from "./platform/bus/bus.ts";
import type { Config } from "./platform/config/config.ts";
import type { Database } from "./platform/db/database.ts";
import { createEventStore } from "./platform/event-store/event-store.ts";
import { createProjectionHandlers } from "./projection/index.ts";
import type { FrameLog } from "./platform/frame-log/frame-log.ts";
import type { ObjectStore } from "./platform/object-store/object-store.ts";
import type { WorkQueue } from "./platform/work-queue/work-queue.ts";

/** What the slices stand on; each has an embedded and a server adapter. */
export interface Adapters {
  database: Database;
  bus: Bus;
  workQueue: WorkQueue;
  log: FrameLog;
  objects: ObjectStore;
  now: () => Date;
}

/** The domain, wired: what the roles need of it. */
export interface Slices extends RunDeps, Adapters, PatchDeps, ContentDeps {
  tools: ToolPorts;
  handlers(streams: Pick<WatchDeps, "tokens" | "draining" | "heartbeatMilliseconds">): Handlers;
}

/** Every event type that is ever stored. */
export const EVENT_REGISTRY = createRegistry(
  file_ameide_events_v1_agent_events,
  file_ameide_events_v1_artifact_events,
  file_ameide_events_v1_budget_events,
  file_ameide_events_v1_chat_events,
  file_ameide_events_v1_graphpatch_events,
  file_ameide_events_v1_run_events,
);

/** Elements, relations, nodes and so on of the models in memory: 2 million take about a gigabyte. */
const GRAPH_ITEMS = 1_000_000;

/** Wires the slices by hand, each with only what it uses. */
export function composeSlices(config: Config, adapters: Adapters): Slices {
  const { bus, now } = adapters;
  const catalog = createModelCatalog(config.MODEL_PROVIDERS);
  const events = createEventStore({ bus, registry: EVENT_REGISTRY, now });
  const budgetDeps = { ...budgetDepsOf(config, catalog, now), events };
  const agents = createAgentRegistry(catalog, { bus, tools: TOOL_NAMES, rollouts: config.AGENT_ROLLOUTS });
  const budget = createRunBudget(budgetDeps);
  const models = {
    kits: createKits(notationKits, codecForFile),
    graphs: new GraphCache(GRAPH_ITEMS),
    codecs: createCodecPool(),
    turns: createModelTurns(),
    rulesOf: tenantRules,
  };
  const runDeps = { ...adapters, ...models, events, agents, budget, forgetRun: deleteCheckpoints };
  return {
    ...runDeps,
    tools: composeTools(runDeps),
    handlers: (streams) =>
      composeHandlers({ ...runDeps, providers: config.MODEL_PROVIDERS }, budgetDeps, streams),
  };
}

function budgetDepsOf(config: Config, catalog: ModelCatalog, now: () => Date): Omit<BudgetDeps, "events"> {
  const prices = catalog.list().flatMap(({ ref, price }) => (price ? [{ model: ref, ...price }] : []));
  const kept = catalog.list().map(({ ref }) => ({ model: keptRef(ref), input: 0, output: 0 }));
  return {
    prices: createPriceTable([...prices, ...kept]),
    defaultLimits: { day: config.BUDGET_DAY_MICROS, month: config.BUDGET_MONTH_MICROS },
    currency: config.BUDGET_CURRENCY,
    now,
  };
}

function composeHandlers(
  deps: RunDeps &
    Adapters &
    PatchDeps &
    ContentDeps &
    Pick<Parameters<typeof createProviderHandlers>[0], "providers">,
  budgetDeps: BudgetDeps,
  streams: Pick<WatchDeps, "tokens" | "draining" | "heartbeatMilliseconds">,
): Handlers {
  const chats = createChatHandlers({ ...deps, runs: createChatRuns(deps) });
  const artifacts = createArtifactHandlers({
    ...deps,
    linkPrimaryChat: (tx, actor, chatId, artifact) => linkPrimaryChat(deps, tx, actor, chatId, artifact),
    readableChatReference: (actor, chatId, artifactId) =>
      readableChatReference(deps.database.reader(actor.tenantId), actor, chatId, artifactId),
  });
  const content = createContentHandlers(deps);
  const { inference, agents } = createInferenceHandlers(deps);
  return {
    chatCommands: chats.commands,
    chatQueries: chats.queries,
    artifactCommands: { ...artifacts.commands, ...chats.artifactCommands },
    artifactQueries: { ...artifacts.queries, ...chats.artifactQueries },
    contentCommands: content.commands,
    contentQueries: content.queries,
    inference: { ...inference, ...createRunStreamHandlers({ ...deps, ...streams }) },
    agents,
    agentRegistry: createAgentRegistryHandlers(deps),
    budgets: createBudgetHandlers({ ...deps, ...budgetDeps, mayReadChat }),
    providers: createProviderHandlers(deps),
    ...createGraphPatchHandlers(deps),
    projections: createProjectionHandlers(deps),
  };
}
