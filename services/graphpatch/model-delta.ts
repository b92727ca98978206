import type { GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { ModelDeltaSchema, type ModelDelta } from "@ameide/proto/ameide/model/v1/model_pb.js";
import { create } from "@bufbuild/protobuf";
import type { CommittedModel } from "../artifact/index.ts";
import type { Change } from "../notation/change.ts";
import { changeMessage } from "../notation/model-messages.ts";

/** More than that is not told change by change. */
const MOST_CHANGES = 2000;

/** What watchers of the artifact are told of the commit, too. */
export function modelDelta(
  { patchId, branch }: GraphPatch,
  { fromVersion, version }: CommittedModel,
  changes: readonly Change[],
): ModelDelta {
  const fullReload = changes.length > MOST_CHANGES;
  return create(ModelDeltaSchema, {
    branch,
    fromVersion: BigInt(fromVersion),
    toVersion: BigInt(version),
    changes: fullReload ? [] : changes.map(changeMessage),
    fullReload,
    patchId,
  });
}
