import { PatchPreviewSchema, type PatchPreview } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { create, type JsonObject } from "@bufbuild/protobuf";
import { changeMessage, itemRefMessage } from "../../notation/model-messages.ts";
import type { CompiledPatch } from "./compiled-patch.ts";
import { describeOperations } from "./describe-operation.ts";
import { uiCommandsOf } from "./ui-commands.ts";

/** The patch as a reviewer sees it: changes, effects, a line for each operation, commands for an open editor. */
export function previewOf(compiled: CompiledPatch): PatchPreview {
  return create(PatchPreviewSchema, {
    changes: compiled.changes.map(changeMessage),
    effects: compiled.effects.map(({ operationId, added, removed, changed, layoutOnly }) => ({
      operationId,
      added: added.map(itemRefMessage),
      removed: removed.map(itemRefMessage),
      changed: changed.map(itemRefMessage),
      layoutOnly,
    })),
    uiCommands: uiCommandsOf(compiled).map(({ command, context, operationId }) => ({
      command,
      context: context as JsonObject,
      operationId,
    })),
    summary: describeOperations(compiled),
  });
}
