import type {
  ExportContentRequest,
  ExportContentResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { piecesOf } from "../../platform/object-store/object-store.ts";
import type { ContentDeps } from "./content-deps.ts";
import { loadLine } from "./content-line.ts";
import { exportFile, fileHead } from "./export-file.ts";

export async function* exportContent(
  deps: ContentDeps,
  actor: Actor,
  { artifactId, branch, version }: ExportContentRequest,
  signal: AbortSignal,
): AsyncGenerator<MessageInitShape<typeof ExportContentResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const line = await loadLine(reader, { artifactId, branch });
  const file = await exportFile(deps, reader, line, version > 0n ? Number(version) : undefined, signal);
  yield { part: { case: "head", value: fileHead(file) } };
  for (const value of piecesOf(file.bytes)) yield { part: { case: "chunk", value } };
}
