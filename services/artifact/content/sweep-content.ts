import type { Database } from "../../platform/db/database.ts";
import type { ObjectStore } from "../../platform/object-store/object-store.ts";
import { forgetImport, importsBegunBefore } from "./model-import-store.ts";
import { deleteIndex } from "./model-index-store.ts";
import { deleteUnneededObjects } from "./stored-object-store.ts";
import { objectKey } from "./stored-object.ts";
import { deleteExpiredUploads } from "./upload-store.ts";
import { forgetParts } from "./upload.ts";

const DAY = 24 * 3_600_000;

/** Deletes uploads that have expired and objects that nobody has needed for a day, of all tenants. */
export async function sweepContent(
  { database, objects }: { database: Database; objects: ObjectStore },
  now: Date,
): Promise<number> {
  const uploads = await database.systemTransaction((tx) => deleteExpiredUploads(tx, now));
  for (const { tenantId, uploadId } of uploads) await forgetParts({ objects }, tenantId, uploadId);
  const before = new Date(now.getTime() - DAY);
  let swept = uploads.length;
  for (let went = 1; went > 0; swept += went) {
    // While the rows are locked, whoever puts one of them again waits, and then puts it anew.
    went = await database.systemTransaction(async (tx) => {
      const gone = await deleteUnneededObjects(tx, before);
      for (const { tenantId, sha256 } of gone) await objects.delete(objectKey(tenantId, sha256));
      return gone.length;
    });
  }
  return swept + (await sweepIndexes(database, before));
}

/** Of imports that were killed; what is in force stays. */
async function sweepIndexes(database: Database, before: Date): Promise<number> {
  let swept = 0;
  for (let went = 1; went > 0; swept += went) {
    const begun = await database.systemTransaction((tx) => importsBegunBefore(tx, before));
    for (const { tenantId, ...place } of begun) {
      await deleteIndex(database, tenantId, place);
      await database.transaction(tenantId, (tx) => forgetImport(tx, place.indexId));
    }
    went = begun.length;
  }
  return swept;
}
