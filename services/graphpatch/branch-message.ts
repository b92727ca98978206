import {
  BranchSchema,
  type Branch as BranchMessage,
} from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import { create } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { MAIN, type ArtifactState, type Branch } from "../artifact/index.ts";

export function branchMessage(branch: Branch, fromBranch: string): BranchMessage {
  const { artifactId, branch: name, baseVersion, version, createdBy, createTime } = branch;
  return create(BranchSchema, {
    artifactId,
    name,
    fromVersion: BigInt(baseVersion),
    fromBranch,
    version: BigInt(version),
    createdBy,
    createTime: timestampFromDate(createTime),
  });
}

export function mainBranchMessage(artifact: ArtifactState): BranchMessage {
  const { artifactId, version, createdBy, createTime } = artifact;
  return create(BranchSchema, {
    artifactId,
    name: MAIN,
    version: BigInt(version),
    createdBy,
    createTime: timestampFromDate(createTime),
  });
}
