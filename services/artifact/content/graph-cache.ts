import type { Graph } from "../../notation/graph.ts";
import { sizeOf } from "./graph-items.ts";

/** A graph as it is at a version of its stream. */
export interface GraphAt {
  version: number;
  graph: Graph;
  /** Versions since the graph was last kept as a whole. */
  unkept: number;
}

/** Neighbours share what they have in common, so a few cost little more than one. */
const VERSIONS = 8;

interface Line {
  versions: Map<number, GraphAt>;
  size: number;
}

/** The graphs in use; of each line the newest versions. Forgets the line that nobody asked for longest. */
export class GraphCache {
  readonly #lines = new Map<string, Line>();
  readonly #mostItems: number;
  #items = 0;
  /** What is being loaded, so that many who ask at once wait for one. */
  readonly loading = new Map<string, Promise<GraphAt>>();

  constructor(mostItems: number) {
    this.#mostItems = mostItems;
  }

  /** The newest version up to this one. */
  upTo(tenantId: string, streamId: string, version: number): GraphAt | undefined {
    const key = keyOf(tenantId, streamId);
    const line = this.#lines.get(key);
    if (!line) return undefined;
    this.#lines.delete(key);
    this.#lines.set(key, line);
    const exact = line.versions.get(version);
    if (exact) return exact;
    let best: GraphAt | undefined;
    for (const at of line.versions.values())
      if (at.version <= version && at.version > (best?.version ?? 0)) best = at;
    return best;
  }

  put(tenantId: string, streamId: string, at: GraphAt): void {
    const key = keyOf(tenantId, streamId);
    const line = this.#lines.get(key) ?? { versions: new Map<number, GraphAt>(), size: 0 };
    line.versions.set(at.version, at);
    if (line.versions.size > VERSIONS) line.versions.delete(Math.min(...line.versions.keys()));
    const size = sizeOf(at.graph) + 1;
    this.#items += size - line.size;
    line.size = size;
    this.#lines.delete(key);
    this.#lines.set(key, line);
    this.#forget();
  }

  /** One line stays however large it is: it is in use. */
  #forget(): void {
    for (const [key, { size }] of this.#lines) {
      if (this.#items <= this.#mostItems || this.#lines.size === 1) return;
      this.#lines.delete(key);
      this.#items -= size;
    }
  }
}

const keyOf = (tenantId: string, streamId: string): string => `${tenantId} ${streamId}`;
