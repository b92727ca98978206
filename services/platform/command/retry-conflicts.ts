import { setTimeout as sleep } from "node:timers/promises";
import { isSerializationFailure } from "../db/sql-driver.ts";
import { AppError } from "../errors/app-error.ts";
import { StreamVersionConflict } from "../event-store/event-store.ts";

const MAX_ATTEMPTS = 8;

/** Runs a transaction, and again when another writer was faster; the only place that does so. */
export async function retryConflicts<T>(transaction: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction();
    } catch (error) {
      if (!(error instanceof StreamVersionConflict || isSerializationFailure(error))) throw error;
      if (attempt === MAX_ATTEMPTS) {
        throw new AppError("CONTENTION", "others keep changing this at the same moment; try again", {
          cause: error,
        });
      }
      await sleep(Math.random() * 2 ** attempt);
    }
  }
}
