import { createHash } from "node:crypto";
import {
  ProjectionTokenSchema,
  type ProjectionToken,
} from "@ameide/proto-private/ameide/tokens/v1/projection_token_pb.js";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { AppError } from "../platform/errors/app-error.ts";

const CHECK_BYTES = 4;

/**
 * A projection in a few letters. The checksum tells what was made up, or is of another model, from what was issued; it
 * needs no secret, since whoever sends one is asked for the same rights again.
 */
export function viewCode(tenantId: string, artifactId: string, token: ProjectionToken): string {
  const body = toBinary(ProjectionTokenSchema, token);
  return Buffer.concat([checksum(tenantId, artifactId, body), body]).toString("base64url");
}

/** Undefined: it was not issued for this artifact of this tenant. */
export function openViewCode(
  tenantId: string,
  artifactId: string,
  code: string,
): ProjectionToken | undefined {
  const bytes = Buffer.from(code, "base64url");
  if (bytes.length < CHECK_BYTES || bytes.toString("base64url") !== code) return undefined;
  const body = bytes.subarray(CHECK_BYTES);
  if (!checksum(tenantId, artifactId, body).equals(bytes.subarray(0, CHECK_BYTES))) return undefined;
  try {
    return fromBinary(ProjectionTokenSchema, body);
  } catch {
    return undefined;
  }
}

const checksum = (tenantId: string, artifactId: string, body: Uint8Array): Buffer =>
  createHash("sha256").update(`${tenantId}\n${artifactId}\n`).update(body).digest().subarray(0, CHECK_BYTES);

/** "<code>+3@1000+2": the second group of what the third one stood for when it was shown in 1,000 tokens. */
export interface HandlePath {
  readonly code: string;
  readonly steps: readonly { readonly handle: string; readonly tokenBudget: number | undefined }[];
}

export function parseHandle(text: string): HandlePath {
  const [code = "", ...steps] = text.split("+");
  return {
    code,
    steps: steps.map((step) => {
      const [number = "", budget] = step.split("@");
      return { handle: `+${number}`, tokenBudget: budget === undefined ? undefined : Number(budget) };
    }),
  };
}

export const handleInvalid = (handle: string): AppError =>
  new AppError("PROJECTION_HANDLE_INVALID", "there is no such handle; make the projection again", {
    metadata: { handle: handle.slice(0, 200) },
  });
