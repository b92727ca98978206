import {
  ListSnapshotsRequestSchema,
  type ListSnapshotsRequest,
  type ListSnapshotsResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import type { Database } from "../../platform/db/database.ts";
import { pageOf } from "../../platform/tokens/page-token.ts";
import { loadArtifact } from "../change-artifact.ts";
import { snapshotMessage } from "./create-snapshot.ts";
import { listSnapshotRows } from "./snapshot-store.ts";

export async function listSnapshots(
  deps: { database: Database },
  actor: Actor,
  request: ListSnapshotsRequest,
): Promise<MessageInitShape<typeof ListSnapshotsResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const { artifactId } = await loadArtifact(reader, request.artifactId);
  const page = pageOf(ListSnapshotsRequestSchema, request, { default: 20, max: 100 });
  const rows = await listSnapshotRows(reader, artifactId, { after: page.after, limit: page.size + 1 });
  return {
    snapshots: rows.slice(0, page.size).map(snapshotMessage),
    nextPageToken: page.nextToken(rows, ({ createTime, snapshotId }) => ({
      sortKey: createTime.toISOString(),
      id: snapshotId,
    })),
  };
}
