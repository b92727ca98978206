import {
  ListArtifactsRequestSchema,
  type ListArtifactsRequest,
  type ListArtifactsResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import type { Database } from "../platform/db/database.ts";
import { pageOf } from "../platform/tokens/page-token.ts";
import { artifactMessage } from "./artifact-message.ts";
import { listArtifactRows } from "./store.ts";

export async function listArtifacts(
  deps: { database: Database },
  actor: Actor,
  request: ListArtifactsRequest,
): Promise<MessageInitShape<typeof ListArtifactsResponseSchema>> {
  requireScope(actor, "artifact.read");
  const page = pageOf(ListArtifactsRequestSchema, request, { default: 20, max: 100 });
  const rows = await listArtifactRows(deps.database.reader(actor.tenantId), {
    kinds: request.kinds,
    after: page.after,
    limit: page.size + 1,
  });
  return {
    artifacts: rows.slice(0, page.size).map(artifactMessage),
    nextPageToken: page.nextToken(rows, (a) => ({ sortKey: a.updateTime.toISOString(), id: a.artifactId })),
  };
}
