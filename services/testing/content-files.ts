import type { ExportContentRequestSchema } from "@ameide/proto/ameide/artifact/v1/content_query_service_pb.js";
import type { ImportContentRequestSchema } from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import type { FileHead, ImportProgress, ImportResult } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Clients } from "./test-server.ts";

const CHUNK = 1024 * 1024;

/** Sends a file; resolves to the upload's id. */
export async function uploaded(
  { contentCommands }: Pick<Clients, "contentCommands">,
  bytes: Uint8Array,
  { name, sha256 = "" }: { name: string; sha256?: string },
): Promise<string> {
  const { upload } = await contentCommands.createUpload({ name, sha256, sizeBytes: BigInt(bytes.length) });
  const { uploadId = "" } = upload ?? {};
  for (let at = 0; at < bytes.length; at += CHUNK)
    await contentCommands.appendUpload({
      uploadId,
      offset: BigInt(at),
      chunk: bytes.subarray(at, at + CHUNK),
    });
  return uploadId;
}

/** Imports, and gives what came of it. */
export async function imported(
  { contentCommands }: Pick<Clients, "contentCommands">,
  request: MessageInitShape<typeof ImportContentRequestSchema>,
  onProgress: (progress: ImportProgress) => void = () => undefined,
): Promise<ImportResult> {
  let result: ImportResult | undefined;
  for await (const { event } of contentCommands.importContent(request)) {
    if (event.case === "progress") onProgress(event.value);
    if (event.case === "result") result = event.value;
  }
  if (!result) throw new Error("an import ended without a result");
  return result;
}

export interface ReceivedFile {
  head: FileHead;
  bytes: Uint8Array;
}

export const exported = (
  { contentQueries }: Pick<Clients, "contentQueries">,
  request: MessageInitShape<typeof ExportContentRequestSchema>,
): Promise<ReceivedFile> => received(contentQueries.exportContent(request));

export const downloaded = (
  { contentQueries }: Pick<Clients, "contentQueries">,
  request: { artifactId: string; attachmentId: string },
): Promise<ReceivedFile> => received(contentQueries.downloadAttachment(request));

type Part =
  | { case: "head"; value: FileHead }
  | { case: "chunk"; value: Uint8Array }
  | { case: undefined; value?: undefined };

async function received(parts: AsyncIterable<{ part: Part }>): Promise<ReceivedFile> {
  let head: FileHead | undefined;
  const chunks: Uint8Array[] = [];
  for await (const { part } of parts) {
    if (part.case === "head") head = part.value;
    if (part.case === "chunk") chunks.push(part.value);
  }
  if (!head) throw new Error("a file without a head");
  return { head, bytes: new Uint8Array(Buffer.concat(chunks)) };
}
