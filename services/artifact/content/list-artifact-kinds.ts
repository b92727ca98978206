import { ContentForm } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { ArtifactKindSchema } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import type { ListArtifactKindsResponseSchema } from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { requireScope, type Actor } from "../../platform/auth/actor.ts";
import { KINDS, type Kind } from "./artifact-kinds.ts";
import type { ModelDeps } from "./content-deps.ts";

export function listArtifactKinds(
  deps: Pick<ModelDeps, "kits">,
  actor: Actor,
): MessageInitShape<typeof ListArtifactKindsResponseSchema> {
  requireScope(actor, "artifact.read");
  const byKind = KINDS.toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  return { kinds: byKind.map((kind) => kindMessage(deps, kind)) };
}

const FORMS = { model: ContentForm.MODEL, document: ContentForm.DOCUMENT } as const;

function kindMessage(
  { kits }: Pick<ModelDeps, "kits">,
  { form, notation, aliases, ...same }: Kind,
): MessageInitShape<typeof ArtifactKindSchema> {
  const codec = notation && kits.of(notation)?.codec;
  const isDocument = form === "document";
  return {
    ...same,
    notation: notation ?? "",
    aliases: [...aliases],
    form: form ? FORMS[form] : ContentForm.UNSPECIFIED,
    mediaType: codec?.mediaType ?? (isDocument ? "text/markdown" : ""),
    extensions: [...(codec?.extensions ?? (isDocument ? [".md", ".txt"] : []))],
  };
}
