import type { UploadSchema } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { createHash } from "node:crypto";
import type { Actor } from "../../platform/auth/actor.ts";
import type { Reader } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { createBytePlaces } from "./byte-places.ts";
import type { ObjectDeps } from "./stored-object.ts";
import { findUpload, partsOf, type UploadState } from "./upload-store.ts";

export function uploadMessage(upload: UploadState): MessageInitShape<typeof UploadSchema> {
  const { uploadId, name, size, received, expireTime } = upload;
  return {
    uploadId,
    name,
    sizeBytes: BigInt(size),
    receivedBytes: BigInt(received),
    expireTime: timestampFromDate(expireTime),
  };
}

/** Where the parts of an upload are. */
export const uploadPrefix = (tenantId: string, uploadId: string): string =>
  `${tenantId}/uploads/${uploadId}/`;

export async function loadUpload(
  deps: Pick<ObjectDeps, "now">,
  reader: Reader,
  { userId }: Pick<Actor, "userId">,
  uploadId: string,
): Promise<UploadState> {
  const upload = await findUpload(reader, userId, uploadId, deps.now());
  if (upload) return upload;
  throw new AppError("UPLOAD_NOT_FOUND", "there is no such upload, or it has expired; begin a new one", {
    metadata: { upload_id: uploadId },
  });
}

export const incompleteUpload = ({ received, size }: UploadState): AppError =>
  new AppError("UPLOAD_INCOMPLETE", `go on with the byte ${received} of ${size}`, {
    metadata: { received: String(received), size: String(size) },
  });

export interface UploadedFile {
  upload: UploadState;
  bytes: Uint8Array<SharedArrayBuffer>;
  sha256: string;
}

type Uploader = Pick<Actor, "tenantId" | "userId">;

export interface UseOptions {
  signal: AbortSignal;
  /** Refuses an upload for its size before it is read. */
  fits?(size: number): void;
  onBytes?(done: number): void;
}

/** Of the whole process: files wait before they are in memory, not with it. */
const UNDER_WAY = createBytePlaces(256 * 1024 * 1024);

/**
 * Gives the whole file, in memory that threads can share, as soon as there is a place for it. Throws UPLOAD_NOT_FOUND,
 * UPLOAD_INCOMPLETE, what `fits` throws, and CONTENT_INVALID where the checksum is another.
 */
export async function withUpload<T>(
  deps: ObjectDeps,
  actor: Uploader,
  uploadId: string,
  { signal, fits, onBytes }: UseOptions,
  work: (file: UploadedFile) => Promise<T>,
  places = UNDER_WAY,
): Promise<T> {
  const { size } = await loadComplete(deps, actor, uploadId);
  fits?.(size);
  const giveBack = await places.take(size, signal);
  try {
    // Another may have used it up in the meantime.
    const upload = await loadComplete(deps, actor, uploadId);
    return await work(await readUpload(deps, actor, upload, onBytes));
  } finally {
    giveBack();
  }
}

async function loadComplete(
  deps: ObjectDeps,
  { tenantId, userId }: Uploader,
  uploadId: string,
): Promise<UploadState> {
  const upload = await loadUpload(deps, deps.database.reader(tenantId), { userId }, uploadId);
  if (upload.received < upload.size) throw incompleteUpload(upload);
  return upload;
}

async function readUpload(
  deps: ObjectDeps,
  { tenantId }: Uploader,
  upload: UploadState,
  onBytes: UseOptions["onBytes"],
): Promise<UploadedFile> {
  const bytes = new Uint8Array(new SharedArrayBuffer(upload.size));
  const hash = createHash("sha256");
  for (const { offset, object } of await partsOf(deps.database.reader(tenantId), upload.uploadId)) {
    const part = await deps.objects.get(object);
    if (!part) throw new Error(`the part ${object} is gone`);
    hash.update(part);
    bytes.set(part, offset);
    onBytes?.(offset + part.length);
  }
  const sha256 = hash.digest("hex");
  if (upload.sha256 !== "" && upload.sha256 !== sha256)
    throw new AppError("CONTENT_INVALID", "the bytes are not those of the checksum; upload the file again", {
      metadata: { code: "CHECKSUM_MISMATCH", expected: upload.sha256, actual: sha256 },
    });
  return { upload, bytes, sha256 };
}

/** What was committed needs the parts no more; what cannot be deleted now is swept. */
export async function forgetParts(
  { objects }: Pick<ObjectDeps, "objects">,
  tenantId: string,
  uploadId: string,
): Promise<void> {
  for await (const key of objects.list(uploadPrefix(tenantId, uploadId))) await objects.delete(key);
}
