import { v7 as uuidv7 } from "uuid";
import type { NotationKit } from "../../notation/notation.ts";
import type { Problem } from "../../notation/problem.ts";
import { diagnosticMessage } from "../../notation/model-messages.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { JobFailed, JobTooLarge } from "../../platform/worker-pool/worker-pool.ts";
import type { CodecPart, ReadResult } from "./codec-jobs.ts";
import { decodeText, requireDocumentSize } from "./commit-document.ts";
import type { ContentDeps } from "./content-deps.ts";
import { MAIN } from "./content-line.ts";
import { contentInfo } from "./content-state.ts";
import { graphAt, graphLineOf } from "./graph-at.ts";
import { writeGraph } from "./graph-file.ts";
import type { ImportOutcome } from "./import-content.ts";
import type { Progress } from "./import-progress.ts";
import type { ImportTarget } from "./import-target.ts";
import { noteImport } from "./model-import-store.ts";
import { deleteIndex, insertItems, insertReferences } from "./model-index-store.ts";
import type { UploadedFile } from "./upload.ts";

/** What a file turned out to be. */
export interface ParsedFile {
  /** Without what only the commit knows. */
  outcome: ImportOutcome;
  model: ParsedModel | undefined;
  /** Of a document. */
  text: string | undefined;
}

export interface ParsedModel extends ReadResult {
  notation: string;
  indexId: string;
}

interface ParseOptions {
  /** Stores nothing. */
  dryRun: boolean;
  signal: AbortSignal;
}

export async function parseFile(
  deps: ContentDeps,
  tenantId: string,
  target: ImportTarget,
  file: UploadedFile,
  progress: Progress,
  options: ParseOptions,
): Promise<ParsedFile> {
  const { bytes, upload, sha256 } = file;
  progress.tell({ stage: 2, bytesDone: bytes.length, bytesTotal: bytes.length });
  const kit = kitFor(deps, target, file);
  if (!kit) {
    requireDocumentSize(bytes.length);
    const text = decodeText(bytes);
    const content = contentInfo({
      ...NOTHING,
      form: "document",
      mediaType: "text/markdown",
      size: bytes.length,
    });
    return { outcome: outcomeOf(target, sha256, content, []), model: undefined, text };
  }
  const model = await parseModel(deps, tenantId, target, kit, file, progress, options);
  const info = contentInfo({
    ...NOTHING,
    ...model.counts,
    form: "model",
    notation: kit.notation,
    mediaType: model.mediaType,
    size: upload.size,
  });
  const outcome = outcomeOf(target, sha256, info, model.problems);
  return { outcome: { ...outcome, problemCount: model.problemCount }, model, text: undefined };
}

const NOTHING = { notation: "", elements: 0, relations: 0, views: 0, version: 0 };

const outcomeOf = (
  { line }: ImportTarget,
  sha256: string,
  content: ImportOutcome["content"],
  problems: readonly Problem[],
): ImportOutcome => ({
  version: BigInt(line?.content?.version ?? 0),
  content,
  problems: problems.map(diagnosticMessage),
  problemCount: problems.length,
  changed: false,
  sha256,
});

async function parseModel(
  deps: ContentDeps,
  tenantId: string,
  target: ImportTarget,
  kit: NotationKit,
  { bytes }: UploadedFile,
  progress: Progress,
  { dryRun, signal }: ParseOptions,
): Promise<ParsedModel> {
  const index = target.branch === MAIN && !dryRun;
  const place = { artifactId: target.artifactId, indexId: uuidv7() };
  const job = {
    do: "read" as const,
    file: bytes,
    notation: kit.notation,
    before: await graphBefore(deps, tenantId, target),
    index,
  };
  /** Short transactions: nothing of it is in force before the artifact names this index. */
  const onPart = async ({ items, references }: CodecPart) => {
    await deps.database.transaction(tenantId, async (tx) => {
      await insertItems(tx, place, items);
      await insertReferences(tx, place, references);
    });
    progress.tell({ stage: 3, items: items.length });
  };
  if (index)
    await deps.database.transaction(tenantId, async (tx) => {
      const replaced = target.line?.content?.indexId ?? "";
      for (const indexId of [place.indexId, replaced])
        await noteImport(tx, { ...place, indexId }, deps.now());
    });
  const result = await deps.codecs.run(job, { onPart, signal }).catch(async (error: unknown) => {
    await deleteIndex(deps.database, tenantId, place);
    refuse(error);
  });
  return { ...(result as ReadResult), notation: kit.notation, indexId: index ? place.indexId : "" };
}

function refuse(error: unknown): never {
  if (error instanceof JobFailed) throw unreadable(error.details as Problem);
  if (error instanceof JobTooLarge)
    throw new AppError("CONTENT_INVALID", `reading the file takes ${error.message}; split it`, {
      metadata: { code: "TOO_LARGE" },
      cause: error,
    });
  throw error;
}

function unreadable({ code, message, line, column }: Problem): AppError {
  const place = { ...(line && { line: String(line) }), ...(column && { column: String(column) }) };
  return new AppError("CONTENT_INVALID", message, { metadata: { code, ...place } });
}

async function graphBefore(
  deps: ContentDeps,
  tenantId: string,
  { line }: ImportTarget,
): Promise<Uint8Array | undefined> {
  if (line?.content?.form !== "model") return undefined;
  const reader = deps.database.reader(tenantId);
  return writeGraph(await graphAt(deps, reader, graphLineOf(line), line.content.version));
}

const START = 64 * 1024;
const TEXT_NAME = /\.(md|markdown|txt)$/i;

/** Whatever the file is: it is to be a document. */
export function isForDocument({ kind, line }: ImportTarget): boolean {
  const forms = [line?.content?.form, kind?.form];
  return forms.includes("document") && !forms.includes("model");
}

/** The notation of the file; undefined: it is a document. What it is goes before what it is called. */
function kitFor(
  { kits }: ContentDeps,
  target: ImportTarget,
  { bytes, upload }: UploadedFile,
): NotationKit | undefined {
  const { kind, kindName, line } = target;
  const held = line?.content;
  const wanted = held?.notation || kind?.notation;
  const found = kits.recognise(bytes.slice(0, START)) ?? (wanted ? kits.of(wanted) : undefined);
  const isModel = held?.form === "model" || kind?.form === "model";
  if (isForDocument(target) || (!isModel && !found && TEXT_NAME.test(upload.name))) return undefined;
  if (!found)
    throw new AppError("CONTENT_INVALID", "nobody knows the format of this file", {
      metadata: { code: "UNKNOWN_FORMAT", name: upload.name },
    });
  if (wanted && found.notation !== wanted)
    throw new AppError("CONTENT_INVALID", `the file is ${found.notation}, the artifact is ${wanted}`, {
      metadata: { code: "OTHER_NOTATION", kind: kindName, wanted, found: found.notation },
    });
  return found;
}
