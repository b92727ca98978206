import type { ArtifactSchema } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { etagOf } from "../platform/command/etag.ts";
import type { ArtifactState } from "./artifact.ts";
import { contentInfo } from "./content/content-state.ts";

export function artifactMessage(artifact: ArtifactState): MessageInitShape<typeof ArtifactSchema> {
  const { createTime, updateTime, version, content, ...same } = artifact;
  return {
    ...same,
    ...(content && { content: contentInfo(content) }),
    version: BigInt(version),
    etag: etagOf(version),
    createTime: timestampFromDate(createTime),
    updateTime: timestampFromDate(updateTime),
  };
}
