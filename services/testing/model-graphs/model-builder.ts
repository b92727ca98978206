import type {
  Bounds,
  Element,
  Graph,
  Notation,
  Properties,
  Relation,
  View,
  ViewConnection,
  ViewNode,
} from "../../notation/graph.ts";
import { seeded } from "../seeded.ts";

const VERBS = [
  "Check",
  "Receive",
  "Approve",
  "Ship",
  "Invoice",
  "Assess",
  "Notify",
  "Archive",
  "Plan",
  "Pay",
];
const NOUNS = [
  "order",
  "credit",
  "claim",
  "customer",
  "contract",
  "stock",
  "parcel",
  "report",
  "risk",
  "offer",
];

const COLUMNS = 40;

/** Builds a graph item by item, with chances that depend on the seed only. */
export class ModelBuilder {
  readonly #notation: Notation;
  readonly #random: () => number;
  readonly elements = new Map<string, Element>();
  readonly relations = new Map<string, Relation>();

  constructor(notation: Notation, seed: number) {
    this.#notation = notation;
    this.#random = seeded(seed);
  }

  get size(): number {
    return this.elements.size;
  }

  chance(share: number): boolean {
    return this.#random() < share;
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** "Check order 12", or nothing for one in fifty. */
  name(): string {
    if (this.chance(0.02)) return "";
    return `${this.pick(VERBS)} ${this.pick(NOUNS)} ${this.size}`;
  }

  element(type: string, given: Partial<Omit<Element, "id" | "type">> = {}): string {
    const id = `${type[0]?.toUpperCase()}${type.slice(1)}_${this.size.toString(36).padStart(3, "0")}`;
    const item = { id, type, name: this.name(), documentation: "", properties: {}, ...given };
    this.elements.set(id, item);
    return id;
  }

  relation(type: string, source: string, target: string, given: Partial<Omit<Relation, "id">> = {}): string {
    const id = `${type}_${this.relations.size.toString(36).padStart(3, "0")}`;
    const item = { id, type, name: "", source, target, documentation: "", properties: {}, ...given };
    this.relations.set(id, item);
    return id;
  }

  setProperties(id: string, properties: Properties): void {
    const element = this.elements.get(id);
    if (element) this.elements.set(id, { ...element, properties: { ...element.properties, ...properties } });
  }

  /** With one view that shows all elements in rows and all relations between elements as straight lines. */
  graph(name: string, shows: (element: Element) => boolean = () => true): Graph {
    const view = this.#view(shows);
    return {
      notation: this.#notation,
      id: "Model_1",
      name,
      documentation: "",
      properties: {},
      elements: this.elements,
      relations: this.relations,
      views: new Map([[view.id, view]]),
    };
  }

  #view(shows: (element: Element) => boolean): View {
    const nodes = new Map<string, ViewNode>();
    for (const { id } of [...this.elements.values()].filter(shows)) {
      const [column, row] = [nodes.size % COLUMNS, Math.floor(nodes.size / COLUMNS)];
      const bounds = { x: column * 160, y: row * 120, width: 100, height: 80 };
      nodes.set(`${id}_di`, { id: `${id}_di`, element: id, bounds, properties: {} });
    }
    return { ...EMPTY_VIEW, nodes, connections: this.#connections(nodes) };
  }

  #connections(nodes: ReadonlyMap<string, ViewNode>): Map<string, ViewConnection> {
    const connections = new Map<string, ViewConnection>();
    for (const { id, source, target } of this.relations.values()) {
      const [from, to] = [nodes.get(`${source}_di`), nodes.get(`${target}_di`)];
      if (!from?.bounds || !to?.bounds) continue;
      const ends = { source: from.id, target: to.id };
      const waypoints = [middleOf(from.bounds), middleOf(to.bounds)];
      connections.set(`${id}_di`, { id: `${id}_di`, relation: id, ...ends, waypoints, properties: {} });
    }
    return connections;
  }
}

const EMPTY_VIEW = { id: "View_1", type: "", name: "Main", documentation: "", properties: {} };

const middleOf = ({ x, y, width, height }: Bounds) => ({ x: x + width / 2, y: y + height / 2 });
