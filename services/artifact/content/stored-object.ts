import { createHash } from "node:crypto";
import type { Database, Tx } from "../../platform/db/database.ts";
import type { ObjectStore } from "../../platform/object-store/object-store.ts";
import { touchObject } from "./stored-object-store.ts";

export interface ObjectDeps {
  database: Database;
  objects: ObjectStore;
  now: () => Date;
}

export const sha256Of = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Where a tenant's object is. */
export const objectKey = (tenantId: string, sha256: string): string => `${tenantId}/${sha256}`;

/**
 * Puts the bytes under their checksum, once. The row comes first: from then on no sweep takes the object away, and
 * whoever needs it for longer than a day says so with `needObjects`.
 */
export async function keepObject(
  deps: ObjectDeps,
  where: string | Tx,
  bytes: Uint8Array,
  sha256 = sha256Of(bytes),
): Promise<string> {
  const object = { sha256, size: bytes.length };
  const touch = (tx: Tx) => touchObject(tx, object, deps.now());
  await (typeof where === "string" ? deps.database.transaction(where, touch) : touch(where));
  const key = objectKey(typeof where === "string" ? where : where.tenantId, object.sha256);
  if ((await deps.objects.size(key)) !== bytes.length) await deps.objects.put(key, bytes);
  return object.sha256;
}

export async function getObject(
  { objects }: Pick<ObjectDeps, "objects">,
  tenantId: string,
  sha256: string,
): Promise<Uint8Array> {
  const bytes = await objects.get(objectKey(tenantId, sha256));
  if (!bytes) throw new Error(`the object ${objectKey(tenantId, sha256)} is gone`);
  return bytes;
}
