import type { FileHeadSchema } from "@ameide/proto/ameide/artifact/v1/content_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Reader } from "../../platform/db/database.ts";
import type { WriteResult } from "./codec-jobs.ts";
import type { ContentDeps } from "./content-deps.ts";
import { anyContentAt, type ContentLine } from "./content-line.ts";
import type { ContentState } from "./content-state.ts";
import { graphAt, graphLineOf } from "./graph-at.ts";
import { writeGraph } from "./graph-file.ts";
import { kitOf } from "./load-model.ts";
import { getObject } from "./stored-object.ts";

/** A file on its way out. */
export interface ExportedFile {
  bytes: Uint8Array;
  fileName: string;
  mediaType: string;
  sha256: string;
  version: number;
  /** Whether it is what was imported or written, byte for byte. */
  original: boolean;
}

/** The content of a line at a version, by default its newest, as a file. */
export async function exportFile(
  deps: ContentDeps,
  reader: Reader,
  line: ContentLine,
  version: number | undefined,
  signal?: AbortSignal,
): Promise<ExportedFile> {
  const content = await anyContentAt(reader, line, version);
  const { source, mediaType } = content;
  const about = { fileName: fileNameOf(deps, line, content), mediaType, version: content.version };
  if (source !== "" && (content.form === "document" || content.version === content.sourceVersion))
    return {
      ...about,
      bytes: await getObject(deps, reader.tenantId, source),
      sha256: source,
      original: true,
    };
  const graph = await graphAt(deps, reader, graphLineOf(line), content.version);
  const job = {
    do: "write" as const,
    notation: content.notation,
    graph: await writeGraph(graph),
    source: source === "" ? undefined : await getObject(deps, reader.tenantId, source),
  };
  const written = (await deps.codecs.run(job, signal ? { signal } : {})) as WriteResult;
  return { ...about, bytes: written.file, sha256: written.sha256, original: false };
}

/** As it was called when it came, or the title. */
function fileNameOf(deps: ContentDeps, { artifact }: ContentLine, content: ContentState): string {
  if (content.sourceName !== "") return content.sourceName;
  const extension =
    content.form === "document" ? ".md" : (kitOf(deps, content.notation).codec.extensions[0] ?? "");
  return `${artifact.title.replaceAll(/[\\/:*?"<>|]/g, "_")}${extension}`;
}

export const fileHead = (file: ExportedFile): MessageInitShape<typeof FileHeadSchema> => ({
  fileName: file.fileName,
  mediaType: file.mediaType,
  sizeBytes: BigInt(file.bytes.length),
  sha256: file.sha256,
  version: BigInt(file.version),
  original: file.original,
});
