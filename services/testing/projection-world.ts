import { RevisionOrigin } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { ProjectionService } from "@ameide/proto/ameide/projection/v1/projection_service_pb.js";
import { createClient, createRouterTransport, type Client, type Interceptor } from "@connectrpc/connect";
import { commitModel, createCodecPool, createKits, loadModel, type ModelRef } from "../artifact/index.ts";
import { createInterceptors } from "../gateway/interceptors/index.ts";
import { applyChanges } from "../notation/apply-changes.ts";
import type { Change } from "../notation/change.ts";
import { NOTATIONS, type Graph } from "../notation/graph.ts";
import { bpmnKit } from "../notation/bpmn/bpmn-kit.ts";
import { kitFor } from "../notation/notations.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { setActor } from "../platform/auth/request-actor.ts";
import { createInProcessBus } from "../platform/bus/in-process-bus.ts";
import type { Database } from "../platform/db/database.ts";
import { createEventStore } from "../platform/event-store/event-store.ts";
import { createLog } from "../platform/telemetry/log.ts";
import { createProjectionHandlers, type ProjectionDeps } from "../projection/index.ts";
import { EVENT_REGISTRY } from "../slices.ts";
import { jsonKit } from "./json-kit.ts";
import { mintModel, modelDepsOf } from "./model-world.ts";
import { actorOf } from "./test-slices.ts";

const KITS = NOTATIONS.map((notation) =>
  notation === "bpmn" ? bpmnKit : (kitFor(notation) ?? jsonKit(notation)),
);

/** The projection service over the real router and interceptors, with models in a database. */
export interface ProjectionWorld {
  deps: ProjectionDeps;
  actor: Actor;
  client: Client<typeof ProjectionService>;
  /** A new artifact with the graph. Its version is 2. */
  mint(graph: Graph): Promise<string>;
  /** Commits what it says of the graph as it is; resolves to the version. */
  change(ref: ModelRef, changesOf: (graph: Graph) => readonly Change[]): Promise<number>;
  /** Somebody else's; by default in the same tenant. */
  as(fields: Partial<Actor>): ProjectionWorld;
}

export function openProjectionWorld(database: Database, actor: Actor = actorOf()): ProjectionWorld {
  const bus = createInProcessBus();
  const now = () => new Date();
  const events = createEventStore({ bus, registry: EVENT_REGISTRY, now });
  const deps = {
    ...modelDepsOf(database, { kits: createKits(KITS), codecs: createCodecPool(), events }),
    bus,
  };
  return worldOf(deps, actor);
}

function worldOf(deps: ProjectionDeps, actor: Actor): ProjectionWorld {
  const asActor: Interceptor = (next) => (req) => {
    setActor(req.contextValues, actor);
    return next(req);
  };
  const interceptors = [asActor, ...createInterceptors(createLog("silent"), new AbortController().signal)];
  const transport = createRouterTransport(
    ({ service }) => service(ProjectionService, createProjectionHandlers(deps)),
    { router: { interceptors } },
  );
  return {
    deps,
    actor,
    client: createClient(ProjectionService, transport),
    mint: (graph) => mintModel(deps, actor, graph),
    async change(ref, changesOf) {
      const { graph, version: expectedVersion } = await loadModel(deps, actor.tenantId, ref);
      const changes = changesOf(graph);
      const commit = { ref, expectedVersion, changes, graph: applyChanges(graph, changes) };
      const { version } = await deps.database.transaction(actor.tenantId, (tx) =>
        commitModel(tx, deps, actor, { ...commit, origin: RevisionOrigin.PATCH }),
      );
      return version;
    },
    as: (fields) => worldOf(deps, actorOf({ tenantId: actor.tenantId, ...fields })),
  };
}
