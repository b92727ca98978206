import type { Hotspot } from "./hotspots.ts";
import type { Grouping } from "./grouping.ts";
import type { Item } from "./page.ts";

/** Puts items in the order in which they go in while there is room; each element, relation and group once. */
export class Plan {
  readonly items: Item[] = [];
  readonly #nodes = new Set<number>();
  readonly #edges = new Set<number>();
  readonly #groups = new Set<number>();
  readonly #later: number[] = [];
  readonly #grouping: Grouping;

  constructor(grouping: Grouping) {
    this.#grouping = grouping;
  }

  has(at: number): boolean {
    return this.#nodes.has(at);
  }

  /** The element itself, whatever it may be collapsed with. Those outside the scope, or too far, are passed over. */
  node(at: number): void {
    const group = this.#grouping.groups[this.#grouping.ofElement[at] ?? -1];
    if (!group || group.kind === "far" || this.#nodes.has(at)) return;
    this.#nodes.add(at);
    this.items.push({ kind: "node", at });
  }

  /** The element, or the line of the chain or cycle that it is collapsed into; it comes itself when all others are in. */
  nodeOrGroup(at: number): void {
    const group = this.#grouping.ofElement[at] ?? -1;
    const kind = this.#grouping.groups[group]?.kind;
    if (kind !== "chain" && kind !== "cycle") return this.node(at);
    if (!this.#groups.has(group)) {
      this.#groups.add(group);
      this.items.push({ kind: "group", group });
    }
    if (!this.#nodes.has(at)) this.#later.push(at);
  }

  /** What was collapsed, as far as there is room. */
  collapsed(): void {
    for (const at of this.#later) this.node(at);
  }

  edge(at: number): void {
    if (this.#grouping.ofEdge[at] === -1 || this.#edges.has(at)) return;
    this.#edges.add(at);
    this.items.push({ kind: "edge", at });
  }

  add(...items: readonly Item[]): void {
    this.items.push(...items);
  }

  hotspot(hotspot: Hotspot): void {
    this.node(hotspot.at);
    this.add({
      kind: "line",
      section: "facts",
      write: (page) => {
        const why = hotspot.why.map(({ reason, value }) => (value > 0 ? `${reason} ${value}` : reason));
        return `hot ${page.ref(hotspot.at)} ${why.join(", ")}`;
      },
      contents: () => [{ kind: "hotspot", hotspot }],
    });
  }
}
