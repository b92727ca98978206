import { loadLine, type ModelRef } from "../artifact/index.ts";
import type { Reader } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { forkOf, lineageOf } from "./branch-lineage.ts";
import type { Merging } from "./merge-branch.ts";
import type { PatchState } from "./patch.ts";
import { listMerges } from "./store.ts";

/** Where the two were last the same in what the other has: at the last merge, or where one of them began. */
export async function mergeBaseOf(reader: Reader, merging: Merging): Promise<ModelRef> {
  const { artifactId, from, into } = merging;
  const merged = lastMerge(await listMerges(reader, artifactId, [from, into], await bornAt(reader, merging)));
  const source = merged?.patch.mergeSource;
  if (source) return { artifactId, branch: source.branch, version: Number(source.version) };
  const fork = forkOf(await lineageOf(reader, artifactId, from), await lineageOf(reader, artifactId, into));
  if (!fork?.name)
    throw new AppError("PATCH_STATE", `what ${from} and ${into} have in common was deleted; merge by hand`, {
      metadata: { artifact_id: artifactId, from, into },
    });
  return { artifactId, branch: fork.name, version: fork.upTo };
}

/** A name may have been another branch's before. */
async function bornAt(reader: Reader, { artifactId, from, into }: Merging): Promise<Date> {
  const lines = await Promise.all([from, into].map((branch) => loadLine(reader, { artifactId, branch })));
  return new Date(Math.max(...lines.map((line) => line.branch?.createTime.getTime() ?? 0)));
}

/** Of one in each direction the later one knows the other. */
function lastMerge([first, second]: readonly PatchState[]): PatchState | undefined {
  if (!first || !second) return first;
  const knows = (later: PatchState, earlier: PatchState) =>
    (later.patch.mergeSource?.version ?? 0n) >= earlier.patch.appliedVersion;
  return knows(second, first) ? second : first;
}
