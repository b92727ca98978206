import { v7 as uuidv7 } from "uuid";
import { CreateArtifactRequestSchema } from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import { create } from "@bufbuild/protobuf";
import {
  beginModel,
  createArtifact,
  createCodecPool,
  createKits,
  GraphCache,
  type ContentDeps,
  type ModelDeps,
} from "../artifact/index.ts";
import { NOTATIONS, type Graph } from "../notation/graph.ts";
import type { Actor } from "../platform/auth/actor.ts";
import { createInProcessBus } from "../platform/bus/in-process-bus.ts";
import type { Database } from "../platform/db/database.ts";
import { createEventStore } from "../platform/event-store/event-store.ts";
import { createInProcessObjectStore } from "../platform/object-store/in-process-object-store.ts";
import { EVENT_REGISTRY } from "../slices.ts";
import { jsonKit } from "./json-kit.ts";

/** What the content of artifacts stands on, with nothing in memory yet. */
export function modelDepsOf(database: Database, given: Partial<ContentDeps> = {}): ContentDeps {
  const now = () => new Date();
  return {
    database,
    now,
    events: createEventStore({ bus: createInProcessBus(), registry: EVENT_REGISTRY, now }),
    objects: createInProcessObjectStore(),
    graphs: new GraphCache(100_000),
    codecs: createCodecPool(new URL("./json-codec-worker.ts", import.meta.url)),
    kits: createKits(NOTATIONS.map(jsonKit)),
    ...given,
  };
}

/** A new artifact with this model; resolves to its id. Its version is 2. */
export async function mintModel(deps: ModelDeps, actor: Actor, graph: Graph): Promise<string> {
  const request = create(CreateArtifactRequestSchema, {
    title: `Model ${uuidv7()}`,
    kind: graph.notation,
  });
  const linkPrimaryChat: Parameters<typeof createArtifact>[0]["linkPrimaryChat"] = async (
    _tx,
    _actor,
    _id,
    artifact,
  ) => artifact;
  const { artifact } = await createArtifact({ ...deps, linkPrimaryChat }, actor, request);
  const artifactId = artifact?.artifactId ?? "";
  await deps.database.transaction(actor.tenantId, (tx) => beginModel(tx, deps, actor, { artifactId, graph }));
  return artifactId;
}
