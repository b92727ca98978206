import type { AttachmentSchema } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import type { Reader } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { loadArtifact } from "../change-artifact.ts";
import { findAttachment, type AttachmentState } from "./attachment-store.ts";

export function attachmentMessage(attachment: AttachmentState): MessageInitShape<typeof AttachmentSchema> {
  const { size, createTime, ...same } = attachment;
  return { ...same, sizeBytes: BigInt(size), createTime: timestampFromDate(createTime) };
}

export async function loadAttachment(
  reader: Reader,
  { artifactId, attachmentId }: { artifactId: string; attachmentId: string },
): Promise<AttachmentState> {
  await loadArtifact(reader, artifactId);
  const attachment = await findAttachment(reader, artifactId, attachmentId);
  if (attachment) return attachment;
  throw new AppError("ATTACHMENT_NOT_FOUND", "the artifact has no such attachment", {
    metadata: { attachment_id: attachmentId },
  });
}
