import { createHash } from "node:crypto";
import type { ImportResult } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import type { ImportContentRequestSchema } from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Clients } from "./test-server.ts";

const CHUNK_BYTES = 512 * 1024;

/** Uploads a file in chunks, as a browser does. Resolves to the upload's id. */
export async function uploadFile(
  { contentCommands }: Pick<Clients, "contentCommands">,
  name: string,
  file: Uint8Array,
): Promise<string> {
  const sha256 = createHash("sha256").update(file).digest("hex");
  const sizeBytes = BigInt(file.length);
  const { upload } = await contentCommands.createUpload({ name, sizeBytes, sha256 });
  const uploadId = upload?.uploadId ?? "";
  for (let at = 0; at < file.length; at += CHUNK_BYTES) {
    const chunk = file.subarray(at, at + CHUNK_BYTES);
    await contentCommands.appendUpload({ uploadId, offset: BigInt(at), chunk });
  }
  return uploadId;
}

/** Imports a file as a new artifact, or into one. */
export async function importFile(
  clients: Pick<Clients, "contentCommands">,
  name: string,
  file: string | Uint8Array,
  fields: MessageInitShape<typeof ImportContentRequestSchema> = {},
): Promise<ImportResult> {
  const bytes = typeof file === "string" ? new TextEncoder().encode(file) : file;
  const uploadId = await uploadFile(clients, name, bytes);
  for await (const { event } of clients.contentCommands.importContent({ ...fields, uploadId }))
    if (event.case === "result") return event.value;
  throw new Error("the import has no result");
}

/** The artifact's content as a file. */
export async function exportFile(
  { contentQueries }: Pick<Clients, "contentQueries">,
  artifactId: string,
  version = 0n,
): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const { part } of contentQueries.exportContent({ artifactId, version }))
    if (part.case === "chunk") chunks.push(part.value);
  return Buffer.concat(chunks).toString();
}
