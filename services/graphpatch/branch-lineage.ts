import { artifactStream, listBranches, loadLine, MAIN, type Branch } from "../artifact/index.ts";
import type { Reader } from "../platform/db/database.ts";

/** A stretch of versions that a branch is made of. */
export interface Stretch {
  /** Empty when the branch was deleted. */
  name: string;
  streamId: string;
  /** The last version of it. */
  upTo: number;
}

/** The branch up to its head, then what it began from up to there, and so on to the main line. */
export async function lineageOf(reader: Reader, artifactId: string, branch: string): Promise<Stretch[]> {
  const head = await loadLine(reader, { artifactId, branch });
  const stretches = [{ name: head.name, streamId: head.streamId, upTo: head.version }];
  const branches = head.branch ? await listBranches(reader, artifactId) : [];
  for (let at = head.branch; at;) {
    const { baseStreamId: streamId, baseVersion: upTo } = at;
    const next = branches.find(({ branchId }) => streamId === streamOf(artifactId, branchId));
    stretches.push({ name: nameOf(artifactId, streamId, next), streamId, upTo });
    at = next;
  }
  return stretches;
}

const streamOf = (artifactId: string, branchId: string) => `${artifactStream(artifactId)}-branch-${branchId}`;

const nameOf = (artifactId: string, streamId: string, branch: Branch | undefined): string =>
  streamId === artifactStream(artifactId) ? MAIN : (branch?.branch ?? "");

/** Where two branches were last the same because one began from the other, or both from a third. */
export function forkOf(one: readonly Stretch[], other: readonly Stretch[]): Stretch | undefined {
  for (const stretch of one) {
    const same = other.find(({ streamId }) => streamId === stretch.streamId);
    if (same) return { ...stretch, upTo: Math.min(stretch.upTo, same.upTo) };
  }
  return undefined;
}
