import type {
  GetDocumentRequest,
  GetDocumentResponseSchema,
} from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { checkpointToken } from "../../platform/tokens/checkpoint-token.ts";
import { textOf } from "./commit-document.ts";
import type { ModelDeps } from "./content-deps.ts";
import { contentAt, loadLine } from "./content-line.ts";

export async function getDocument(
  deps: ModelDeps,
  actor: Actor,
  { artifactId, version }: GetDocumentRequest,
): Promise<MessageInitShape<typeof GetDocumentResponseSchema>> {
  requireScope(actor, "artifact.read");
  const reader = deps.database.reader(actor.tenantId);
  const line = await loadLine(reader, { artifactId });
  const content = await contentAt(reader, line, "document", version > 0n ? Number(version) : undefined);
  return {
    text: await textOf(deps, actor.tenantId, content),
    version: BigInt(content.version),
    checkpointToken: version > 0n ? "" : checkpointToken(line.streamId, line.version),
  };
}
