import type { Change } from "../../notation/change.ts";
import type { Reader } from "../../platform/db/database.ts";
import type { ModelDeps } from "./content-deps.ts";
import { changesOf, isContentEvent } from "./content-event.ts";
import { listImportedVersions } from "./revision-store.ts";

/** A version that no patch has made: what a file brought. */
export interface ModelImport {
  streamId: string;
  version: number;
  /** Undefined where it has replaced everything. */
  changes: readonly Change[] | undefined;
}

/**
 * Imports into a line up to a version, newest first. Nothing is told of those before one that has replaced everything;
 * behind the limit one stands for all older ones, as if it were such.
 */
export async function listImports(
  deps: Pick<ModelDeps, "events" | "objects">,
  reader: Reader,
  { streamId, upTo }: { streamId: string; upTo: number },
  limit: number,
): Promise<ModelImport[]> {
  const imports: ModelImport[] = [];
  for (const version of await listImportedVersions(reader, streamId, { upTo, limit: limit + 1 })) {
    const isRead = imports.length < limit;
    const changes = isRead ? await changesIn(deps, reader, streamId, version) : undefined;
    imports.push({ streamId, version, changes });
    if (!changes) break;
  }
  return imports;
}

async function changesIn(
  deps: Pick<ModelDeps, "events" | "objects">,
  reader: Reader,
  streamId: string,
  version: number,
): Promise<readonly Change[] | undefined> {
  const [event] = await deps.events.read(reader, streamId, { afterVersion: version - 1, limit: 1 });
  return event && isContentEvent(event.data) ? changesOf(deps, event.tenantId, event.data) : [];
}
