import { setImmediate as turn } from "node:timers/promises";
import type { ModelHeadSchema } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import type {
  GetModelRequest,
  GetModelResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { ModelItem } from "@ameide/proto/ameide/model/v1/model_pb.js";
import type { JsonObject, MessageInitShape } from "@bufbuild/protobuf";
import { itemMessage } from "../../notation/model-messages.ts";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { checkpointToken } from "../../platform/tokens/checkpoint-token.ts";
import type { ModelDeps } from "./content-deps.ts";
import { loadLine } from "./content-line.ts";
import { contentInfo } from "./content-state.ts";
import { countsOf, itemsOf } from "./graph-items.ts";
import { loadModel, type LoadedModel } from "./load-model.ts";

const ITEMS = 200;

export async function* getModel(
  deps: ModelDeps,
  actor: Actor,
  { artifactId, branch, version }: GetModelRequest,
): AsyncGenerator<MessageInitShape<typeof GetModelResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const ref = { artifactId, branch, ...(version > 0n && { version: Number(version) }) };
  const model = await loadModel(deps, reader, ref);
  const { streamId } = await loadLine(reader, ref);
  let items: ModelItem[] = [];
  let head: MessageInitShape<typeof ModelHeadSchema> | undefined = headMessage(model);
  for (const item of itemsOf(model.graph)) {
    items.push(itemMessage(item));
    if (items.length < ITEMS) continue;
    yield { items, ...(head && { head }) };
    [items, head] = [[], undefined];
    await turn();
  }
  const token = version > 0n ? "" : checkpointToken(streamId, model.version);
  yield { items, ...(head && { head }), checkpointToken: token };
}

function headMessage(model: LoadedModel): MessageInitShape<typeof ModelHeadSchema> {
  const { graph, version, contentVersion, kit } = model;
  const { mediaType } = kit.codec;
  const content = { form: "model" as const, notation: graph.notation, mediaType, size: 0 };
  return {
    notation: graph.notation,
    modelId: graph.id,
    name: graph.name,
    documentation: graph.documentation,
    properties: graph.properties as unknown as JsonObject,
    version: BigInt(version),
    contentVersion: BigInt(contentVersion),
    content: contentInfo({ ...content, ...countsOf(graph), version: contentVersion }),
  };
}
