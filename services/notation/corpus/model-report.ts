import type { Notation } from "../graph.ts";
import type { Problem } from "../problem.ts";

/** What is tried with each file. */
export type CorpusCheck = "import" | "round trip" | "no-op export" | "schema" | "edit" | "time";

/** Something that we do wrong. */
export interface CorpusFault {
  readonly check: CorpusCheck;
  readonly reason: string;
  /** The element of the file, or the item of the graph. */
  readonly element?: string;
  readonly line?: number;
}

export interface ModelReport {
  readonly notation: Notation;
  readonly bytes: number;
  /** The file cannot be read at all, and why; then nothing else was tried. */
  readonly refused?: Problem;
  readonly faults: readonly CorpusFault[];
  /** What is wrong with the file and does not keep it from being used. */
  readonly problems: readonly Problem[];
  readonly elements: number;
  readonly relations: number;
  readonly views: number;
  /** By the official schema; "unknown" where there is none at hand, or it cannot judge. */
  readonly schema: "valid" | "was invalid before" | "unknown";
  /** What the schema said against the file as it came. */
  readonly invalidBecause: readonly string[];
  /** Who said that the no-op export is the same XML; bytes for formats that are no XML. */
  readonly sameBy: "libxml2" | "our canonical XML" | "bytes";
  /** The label that was changed; none: nothing has a name. */
  readonly renamed?: string;
  readonly readMs: number;
  readonly writeMs: number;
}
