import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { CheckpointTokenSchema } from "@ameide/proto-private/ameide/tokens/v1/tokens_pb.js";
import { AppError } from "../errors/app-error.ts";

/** Where an update stream continues. */
export function checkpointToken(streamId: string, version: number): string {
  const token = create(CheckpointTokenSchema, { streamId, version: BigInt(version) });
  return Buffer.from(toBinary(CheckpointTokenSchema, token)).toString("base64url");
}

/** The version to continue after; 0 without a token. One that the stream has not come to was not issued here. */
export function versionOfCheckpoint(
  token: string,
  streamId: string,
  reached: number = Number.MAX_SAFE_INTEGER,
): number {
  if (token === "") return 0;
  try {
    const opened = fromBinary(CheckpointTokenSchema, Buffer.from(token, "base64url"));
    const version = Number(opened.version);
    if (opened.streamId === streamId && version >= 0 && version <= reached && Number.isSafeInteger(version))
      return version;
  } catch {
    // Falls through to the one refusal below.
  }
  throw new AppError("RESUME_TOKEN_INVALID", "the checkpoint token is not of this stream; start without one");
}
