import type { ImportContentRequest } from "@ameide/proto/ameide/artifact/v1/content_command_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import type { Reader } from "../../platform/db/database.ts";
import { kindOf, type Kind } from "./artifact-kinds.ts";
import { requireUnchanged } from "./commit-model.ts";
import { loadLine, MAIN, type ContentLine } from "./content-line.ts";

/** Where a file is to go. */
export interface ImportTarget {
  artifactId: string;
  branch: string;
  /** As it was when the import began; undefined: the artifact is to be made. */
  line: ContentLine | undefined;
  /** What is known of the kind; undefined where the file is to say. */
  kind: Kind | undefined;
  /** As given, or as the artifact has it; empty for none. */
  kindName: string;
}

export async function findImportTarget(
  reader: Reader,
  { artifactId, branch, kind: kindName, expectedVersion }: ImportContentRequest,
): Promise<ImportTarget> {
  if (artifactId === "")
    return { artifactId: uuidv7(), branch: MAIN, line: undefined, kind: kindOf(kindName), kindName };
  const line = await loadLine(reader, { artifactId, branch });
  if (expectedVersion > 0n) requireUnchanged(line.content ?? { version: 0 }, Number(expectedVersion));
  const { kind } = line.artifact;
  return { artifactId, branch: line.name, line, kind: kindOf(kind), kindName: kind };
}
