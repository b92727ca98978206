import type { Reader } from "../../platform/db/database.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { artifactStream, type ArtifactState } from "../artifact.ts";
import { loadArtifact } from "../change-artifact.ts";
import { findBranch, type Branch } from "./branch-store.ts";
import type { ContentState } from "./content-state.ts";

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
  { artifactId, branch: name = "" }: ModelRef,
): Promise<ContentLine> {
  const artifact = await loadArtifact(reader, artifactId);
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
  const { artifactId, kind } = line.artifact;
  throw new AppError("CONTENT_MISSING", `the artifact holds no ${form}; import or write one first`, {
    metadata: { artifact_id: artifactId, kind, wanted: form },
  });
}

export const noRevision = (line: ContentLine, version: number): AppError =>
  new AppError("REVISION_NOT_FOUND", `the artifact has no content at version ${version}`, {
    metadata: { artifact_id: line.artifact.artifactId, branch: line.name, version: String(version) },
  });
