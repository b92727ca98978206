import { flowNeighbours, oncePerGraph, type GraphIndex } from "./graph-index.ts";

/** Elements that can all be reached from each other along what flows, in document order; two or more each. */
export const cyclesOf = oncePerGraph((index: GraphIndex): readonly (readonly number[])[] => {
  const members = new Map<number, number[]>();
  for (const [position, root] of componentsOf(flowNeighbours(index)).entries()) {
    const known = members.get(root);
    if (known) known.push(position);
    else members.set(root, [position]);
  }
  return [...members.values()].filter((cycle) => cycle.length > 1);
});

/** The number of the strongly connected component of each node. Tarjan's, without recursion: chains may be long. */
export function componentsOf(next: readonly (readonly number[])[]): Int32Array {
  const state = new Tarjan(next);
  for (let node = 0; node < next.length; node++) if (!state.seen(node)) state.visit(node);
  return state.component;
}

class Tarjan {
  readonly #next: readonly (readonly number[])[];
  readonly #order: Int32Array;
  readonly #low: Int32Array;
  readonly #step: Int32Array;
  readonly #open: number[] = [];
  readonly component: Int32Array;
  #clock = 0;
  #components = 0;

  constructor(next: readonly (readonly number[])[]) {
    this.#next = next;
    this.#order = new Int32Array(next.length).fill(-1);
    this.#low = new Int32Array(next.length);
    this.#step = new Int32Array(next.length);
    this.component = new Int32Array(next.length).fill(-1);
  }

  seen(node: number): boolean {
    return this.#order[node] !== -1;
  }

  visit(root: number): void {
    const path = [root];
    this.#enter(root);
    while (path.length > 0) {
      const node = path.at(-1) as number;
      const step = this.#step[node] ?? 0;
      this.#step[node] = step + 1;
      const child = this.#next[node]?.[step];
      if (child === undefined) {
        path.pop();
        this.#leave(node, path.at(-1));
      } else if (!this.seen(child)) {
        this.#enter(child);
        path.push(child);
      } else if (this.component[child] === -1) {
        this.#lower(node, this.#order[child] as number);
      }
    }
  }

  #enter(node: number): void {
    this.#order[node] = this.#low[node] = this.#clock++;
    this.#open.push(node);
  }

  #leave(node: number, parent: number | undefined): void {
    if (parent !== undefined) this.#lower(parent, this.#low[node] as number);
    if (this.#low[node] !== this.#order[node]) return;
    for (;;) {
      const member = this.#open.pop() as number;
      this.component[member] = this.#components;
      if (member === node) break;
    }
    this.#components++;
  }

  #lower(node: number, to: number): void {
    this.#low[node] = Math.min(this.#low[node] as number, to);
  }
}
