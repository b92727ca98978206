import type {
  SearchModelItemsRequest,
  SearchModelItemsResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import type { Database } from "../../platform/db/database.ts";
import { itemsWithWords } from "./model-search-store.ts";

const DEFAULT = 20;
const MOST = 100;

export async function searchModelItems(
  deps: { database: Database },
  actor: Actor,
  { query, artifactId, types, limit: wanted }: SearchModelItemsRequest,
): Promise<MessageInitShape<typeof SearchModelItemsResponseSchema>> {
  requireScope(actor, "artifact.read");
  const limit = Math.min(wanted || DEFAULT, MOST);
  const { items, isCut } = await itemsWithWords(deps.database.reader(actor.tenantId), {
    query,
    artifactId,
    types,
    limit: limit + 1,
  });
  return { items: items.slice(0, limit), more: isCut || items.length > limit };
}
