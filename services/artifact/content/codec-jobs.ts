import { diffGraphs } from "../../notation/diff-graphs.ts";
import type { Change } from "../../notation/change.ts";
import type { CustomRule } from "../../notation/custom-rules.ts";
import type { NotationKit } from "../../notation/notation.ts";
import { UnreadableModel, type Problem } from "../../notation/problem.ts";
import { JobFailure, serveJobs, type Done } from "../../platform/worker-pool/serve-jobs.ts";
import type { Kits } from "./content-deps.ts";
import { sorted, violations, type CheckResult } from "./violations.ts";
import { MOST_CHANGES } from "./content-limits.ts";
import type { ContentCounts } from "./content-state.ts";
import { readGraph, writeGraph } from "./graph-file.ts";
import { countsOf } from "./graph-items.ts";
import { sha256Of } from "./stored-object.ts";
import { indexedItems, indexedReferences, type IndexedItem, type IndexedReference } from "./model-index.ts";

/** What takes long with large models, done in a thread. Graphs go as files, which costs neither side a pause. */
export type CodecJob =
  | { do: "read"; file: Uint8Array; notation: string; before: Uint8Array | undefined; index: boolean }
  | { do: "write"; notation: string; graph: Uint8Array; source: Uint8Array | undefined }
  | { do: "check"; notation: string; graph: Uint8Array; rules: readonly CustomRule[] };

/** What is told on the way: rows for the index. */
export interface CodecPart {
  items: IndexedItem[];
  references: IndexedReference[];
}

export interface ReadResult {
  mediaType: string;
  counts: ContentCounts;
  problems: Problem[];
  problemCount: number;
  graph: Uint8Array;
  /** What makes this graph of the one before; undefined: they are too many, or there was none. */
  changes: Change[] | undefined;
}

export interface WriteResult {
  file: Uint8Array;
  sha256: string;
}

export type CodecResult = ReadResult | WriteResult | CheckResult;

/** Each batch is a transaction; an embedded database does nothing else meanwhile. */
const ROWS = 100;

/** In a thread of the pool: works with these notations. */
export function serveCodecs(kits: Kits): void {
  serveJobs<CodecJob, CodecPart, CodecResult>(async (job, tell) => {
    const kit = kits.of(job.notation);
    if (!kit) throw new Error(`there is no notation ${job.notation}`);
    if (job.do === "read") return read(kit, job, tell);
    if (job.do === "write") return write(kit, job);
    return { result: sorted([...violations(kit, await readGraph(job.graph), job.rules)]) };
  });
}

async function read(
  kit: NotationKit,
  { file, before, index }: Extract<CodecJob, { do: "read" }>,
  tell: (part: CodecPart) => Promise<void>,
): Promise<Done<ReadResult>> {
  const { graph, problems } = readable(() => kit.codec.read(file.slice()));
  if (index) {
    for (const items of batches(indexedItems(graph))) await tell({ items, references: [] });
    for (const references of batches(indexedReferences(graph))) await tell({ items: [], references });
  }
  const changes = before && diffGraphs(await readGraph(before), graph);
  const bytes = await writeGraph(graph);
  const { problems: told, problemCount } = sorted(problems);
  const result = {
    mediaType: kit.codec.mediaType,
    counts: countsOf(graph),
    problems: told,
    problemCount,
    graph: bytes,
    changes: changes && changes.length <= MOST_CHANGES ? [...changes] : undefined,
  };
  return { result };
}

async function write(
  { codec }: NotationKit,
  { graph: bytes, source: file }: Extract<CodecJob, { do: "write" }>,
): Promise<Done<WriteResult>> {
  const graph = await readGraph(bytes);
  const source = file && readable(() => codec.read(file.slice())).source;
  const written = codec.write(graph, source);
  return { result: { file: written, sha256: sha256Of(written) } };
}

function readable<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnreadableModel) throw new JobFailure(error.message, error.problem);
    throw error;
  }
}

function* batches<T>(rows: Iterable<T>): Generator<T[]> {
  let batch: T[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
