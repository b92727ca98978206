import type { NotationKit } from "../../notation/notation.ts";
import type { ObjectStore } from "../../platform/object-store/object-store.ts";
import type { ArtifactDeps } from "../change-artifact.ts";

import type { CodecPool } from "./codec-pool.ts";
import type { GraphCache } from "./graph-cache.ts";

/** The notations there are. */
export interface Kits {
  of(notation: string): NotationKit | undefined;
  /** The one for a file, of which the beginning will do. */
  recognise(file: Uint8Array): NotationKit | undefined;
}

/** What reading and changing content takes. */
export interface ModelDeps extends ArtifactDeps {
  objects: ObjectStore;
  graphs: GraphCache;
  kits: Kits;
}

/** The same with threads for large files. */
export interface ContentDeps extends ModelDeps {
  codecs: CodecPool;
}
