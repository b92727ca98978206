import type { Reader } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { artifactStream, type ArtifactState } from "../artifact.ts";
import { loadArtifact } from "../change-artifact.ts";
import { findBranch, type Branch } from "./branch-store.ts";
import type { ContentState } from "./content-state.ts";
import { revisionAt } from "./revision-store.ts";

export const MAIN = "main";

/** A model, or document, at a version; without one: as it is now. */
export interface ModelRef {
  artifactId: string;
  /** "main" by default. */
  branch?: string;
  version?: number;
}

/** The line of versions that a reference names. */
export interface ContentLine {
  artifact: ArtifactState;
  /** None: the main line. */
  branch: Branch | undefined;
  name: string;
  streamId: string;
  /** Of its stream. */
  version: number;
  content: ContentState | undefined;
}

export const branchStream = (artifactId: string, branchId: string): string =>
  `${artifactStream(artifactId)}-branch-${branchId}`;

export const branchIdOf = (streamId: string): string | undefined => streamId.split("-branch-")[1];

export async function loadLine(
  reader: Reader,
  { artifactId: named, branch: name = "" }: ModelRef,
): Promise<ContentLine> {
  const artifact = await loadArtifact(reader, named);
  // As it is stored: streams have it in their names, and callers may write it in capitals.
  const { artifactId } = artifact;
  if (name === "" || name === MAIN) {
    const { version, content } = artifact;
    return {
      artifact,
      branch: undefined,
      name: MAIN,
      streamId: artifactStream(artifactId),
      version,
      content,
    };
  }
  const branch = await findBranch(reader, artifactId, name);
  if (!branch)
    throw new AppError("BRANCH_NOT_FOUND", "the artifact has no such branch", {
      metadata: { artifact_id: artifactId, branch: name },
    });
  const { version, content, branchId } = branch;
  return { artifact, branch, name, streamId: branchStream(artifactId, branchId), version, content };
}

/** What the line holds, if it is of that form. */
export function requireContent(line: ContentLine, form: ContentState["form"]): ContentState {
  if (line.content?.form === form) return line.content;
  throw contentMissing(line, form);
}

function contentMissing({ artifact: { artifactId, kind } }: ContentLine, wanted: string): AppError {
  return new AppError("CONTENT_MISSING", `the artifact holds no ${wanted}; import or write one first`, {
    metadata: { artifact_id: artifactId, kind, wanted },
  });
}

export const noRevision = (line: ContentLine, version: number): AppError =>
  new AppError("REVISION_NOT_FOUND", `the artifact has no content at version ${version}`, {
    metadata: { artifact_id: line.artifact.artifactId, branch: line.name, version: String(version) },
  });

/** What the line held at a version, by default its newest, if it is of that form. */
export async function contentAt(
  reader: Reader,
  line: ContentLine,
  form: ContentState["form"],
  version: number | undefined,
): Promise<ContentState> {
  if (version === undefined) return requireContent(line, form);
  const content = await anyContentAt(reader, line, version);
  if (content.form === form) return content;
  throw contentMissing(line, form);
}

/** Whatever the line held at a version. */
export async function anyContentAt(
  reader: Reader,
  line: ContentLine,
  version: number | undefined,
): Promise<ContentState> {
  const { content: head, streamId } = line;
  if (version === undefined || (head && version >= head.version && version <= line.version)) {
    if (head) return head;
    throw contentMissing(line, "content");
  }
  const revision = version > line.version ? undefined : await revisionAt(reader, streamId, version);
  if (revision) return revision.content;
  throw noRevision(line, version);
}
