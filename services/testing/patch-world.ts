import { AutopilotService } from "@ameide/proto/ameide/graphpatch/v1/autopilot_service_pb.js";
import type { GraphOperationSchema } from "@ameide/proto/ameide/graphpatch/v1/graph_operation_pb.js";
import { GraphPatchService } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { createClient, createRouterTransport, type Client, type Interceptor } from "@connectrpc/connect";
import { createKits, loadModel, type LoadedModel, type ModelRef } from "../artifact/index.ts";
import { createInterceptors } from "../gateway/interceptors/index.ts";
import { createGraphPatchHandlers, createModelTurns, type PatchDeps } from "../graphpatch/index.ts";
import type { Graph } from "../notation/graph.ts";
import { umlKit } from "../notation/uml/uml-kit.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { setActor } from "../platform/auth/request-actor.ts";
import type { Database } from "../platform/db/database.ts";
import { createLog } from "../platform/telemetry/log.ts";
import { mintModel, modelDepsOf } from "./model-world.ts";
import { smallGraph } from "./small-graph.ts";
import { actorOf } from "./test-slices.ts";

export type Operation = MessageInitShape<typeof GraphOperationSchema>;

/** The patch services over the real router and interceptors, with models in a database. */
export interface PatchWorld {
  deps: PatchDeps;
  actor: Actor;
  client: Client<typeof GraphPatchService>;
  autopilot: Client<typeof AutopilotService>;
  /** A new artifact with the graph; by default a small UML model. Its version is 2. */
  mint(graph?: Graph): Promise<string>;
  load(ref: ModelRef): Promise<LoadedModel>;
  /** Somebody else's clients; by default in the same tenant. */
  as(fields: Partial<Actor>): PatchWorld;
  /** The same over another process: nothing in memory. */
  elsewhere(given?: Partial<PatchDeps>): PatchWorld;
}

export function openPatchWorld(
  database: Database,
  given: Partial<PatchDeps> = {},
  actor: Actor = actorOf(),
): PatchWorld {
  const deps: PatchDeps = {
    ...modelDepsOf(database, { kits: createKits([umlKit]) }),
    turns: createModelTurns(),
    rulesOf: async () => [],
    ...given,
  };
  const handlers = createGraphPatchHandlers(deps);
  const asActor: Interceptor = (next) => (req) => {
    setActor(req.contextValues, actor);
    return next(req);
  };
  const interceptors = [asActor, ...createInterceptors(createLog("silent"), new AbortController().signal)];
  const transport = createRouterTransport(
    ({ service }) => {
      service(GraphPatchService, handlers.patches);
      service(AutopilotService, handlers.autopilot);
    },
    { router: { interceptors } },
  );
  return {
    deps,
    actor,
    client: createClient(GraphPatchService, transport),
    autopilot: createClient(AutopilotService, transport),
    mint: (graph = shop()) => mintModel(deps, actor, graph),
    load: (ref) => loadModel(deps, actor.tenantId, ref),
    as: (fields) => openPatchWorld(database, deps, actorOf({ tenantId: actor.tenantId, ...fields })),
    elsewhere: (more = {}) => {
      const { events, objects, now, rulesOf, kits } = deps;
      return openPatchWorld(database, { events, objects, now, rulesOf, kits, ...more }, actor);
    },
  };
}

/** A model of four classes, two of them connected. */
export const shop = (): Graph =>
  smallGraph(
    "uml",
    [
      "package shop",
      "class Order in shop",
      "class Line in shop",
      "class Invoice in shop",
      "class Customer in shop",
    ],
    ["association Order Line", "dependency Invoice Order"],
  );

export const rename = (id: string, target: string, name: string): Operation => ({
  id,
  operation: { case: "rename", value: { target: byId(target), name } },
});

export const addClass = (id: string, name: string, elementId = ""): Operation => ({
  id,
  operation: { case: "addNode", value: { type: "class", name, elementId, parent: byId("shop") } },
});

export const connect = (id: string, source: Selector, target: Selector): Operation => ({
  id,
  operation: { case: "connect", value: { type: "dependency", source, target } },
});

export const remove = (id: string, target: string): Operation => ({
  id,
  operation: { case: "removeNode", value: { target: byId(target) } },
});

type Selector = { selector: { case: "nodeId" | "createdBy"; value: string } };
export const byId = (value: string): Selector => ({ selector: { case: "nodeId", value } });
export const createdBy = (value: string): Selector => ({ selector: { case: "createdBy", value } });
