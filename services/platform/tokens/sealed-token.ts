import { createHmac, createSecretKey, timingSafeEqual } from "node:crypto";
import { fromBinary, toBinary, type DescMessage, type MessageShape } from "@bufbuild/protobuf";

const MAC_BYTES = 16;

/** Tokens that callers carry for us and cannot change. */
export interface TokenSealer {
  seal<D extends DescMessage>(schema: D, message: MessageShape<D>): string;
  /** Undefined when the token is malformed or was sealed with another secret. */
  open<D extends DescMessage>(schema: D, token: string): MessageShape<D> | undefined;
}

export function createTokenSealer(secret: Uint8Array): TokenSealer {
  // Bytes would be made a key again for each token, which costs five times as much as the MAC.
  const key = createSecretKey(secret);
  // The type's name is part of the MAC, so a token of one kind never passes for another.
  const macOf = (typeName: string, body: Uint8Array) =>
    createHmac("sha256", key).update(typeName).update("\0").update(body).digest().subarray(0, MAC_BYTES);
  return {
    seal(schema, message) {
      const body = toBinary(schema, message);
      return Buffer.concat([macOf(schema.typeName, body), body]).toString("base64url");
    },
    open(schema, token) {
      const bytes = Buffer.from(token, "base64url");
      if (bytes.length < MAC_BYTES || bytes.toString("base64url") !== token) return undefined;
      const body = bytes.subarray(MAC_BYTES);
      if (!timingSafeEqual(bytes.subarray(0, MAC_BYTES), macOf(schema.typeName, body))) return undefined;
      return fromBinary(schema, body);
    },
  };
}
