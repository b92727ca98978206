import type { Change } from "../../change.ts";
import { sameValue } from "../../graph-draft.ts";
import type {
  Bounds,
  Element,
  Graph,
  Point,
  Properties,
  View,
  ViewConnection,
  ViewNode,
} from "../../graph.ts";
import { boundsAround, contains } from "../../layout/free-place.ts";
import { childrenIn } from "../../model-index.ts";
import { referredBy } from "../model-queries.ts";

/** Room for the name of a pool or lane at its left edge. */
export const HEADER = 30;

export type Box = ViewNode & { readonly bounds: Bounds };

/** A view while things are added to it: what is drawn, by what it stands for. */
export class ViewDraft {
  readonly graph: Graph;
  readonly view: View;
  readonly #taken: Set<string>;
  /** The first box of each element. */
  readonly #boxes = new Map<string, Box>();
  readonly #lines = new Map<string, readonly Point[]>();
  readonly #added: string[] = [];
  readonly #connections: ViewConnection[] = [];

  constructor(graph: Graph, view: View, taken: Set<string>) {
    this.graph = graph;
    this.view = view;
    this.#taken = taken;
    for (const node of view.nodes.values())
      if (node.element !== undefined && node.bounds && !this.#boxes.has(node.element))
        this.#boxes.set(node.element, { ...node, bounds: node.bounds });
    for (const { relation, waypoints } of view.connections.values())
      if (relation !== undefined) this.#lines.set(relation, waypoints);
  }

  /** Where an element is drawn. */
  boxOf = (elementId: string | undefined): Box | undefined =>
    elementId === undefined ? undefined : this.#boxes.get(elementId);

  lineOf = (relationId: string): readonly Point[] | undefined => this.#lines.get(relationId);

  boxes = (): Iterable<readonly [string, Box]> => this.#boxes;

  /** Whether anything of the element's inside is drawn, or could be. */
  showsInside(element: Element): boolean {
    if (this.view.element === element.id) return true;
    const box = this.boxOf(element.id);
    if (box && (box.properties["isExpanded"] === true || element.type === "participant")) return true;
    return childrenIn(this.graph, element.id).some(({ id }) => this.boxOf(id));
  }

  /** The pool of the view that shows the process. */
  poolOf(processId: string): Box | undefined {
    for (const [id, box] of this.#boxes) {
      const pool = this.graph.elements.get(id);
      if (pool?.type === "participant" && referredBy(this.graph, pool, "processRef")?.id === processId)
        return box;
    }
    return undefined;
  }

  add(elementId: string, bounds: Bounds, properties: Properties = {}): void {
    const id = this.#idFor(elementId);
    this.#boxes.set(elementId, { id, element: elementId, bounds, properties });
    this.#added.push(elementId);
  }

  /** Makes a box as large as it has to be to contain another; only growing, never moving what is in it. */
  grow(elementId: string, around: Bounds): void {
    const box = this.#boxes.get(elementId);
    const bounds = box && boundsAround([box.bounds, around]);
    if (box && bounds && !contains(box.bounds, around)) this.#boxes.set(elementId, { ...box, bounds });
  }

  connect(relationId: string, waypoints: readonly Point[]): void {
    this.#lines.set(relationId, waypoints);
    this.#connections.push({ id: this.#idFor(relationId), relation: relationId, waypoints, properties: {} });
  }

  changes(): readonly Change[] {
    const viewId = this.view.id;
    const added = this.#added.flatMap((id): Change[] => {
      const value = this.#boxes.get(id);
      return value ? [{ op: "add", item: { kind: "node", viewId, value } }] : [];
    });
    const isAdded = new Set(this.#added);
    const grown = [...this.#boxes].flatMap(([element, { id, bounds }]): Change[] => {
      const was = this.view.nodes.get(id)?.bounds;
      if (isAdded.has(element) || sameValue(was, bounds)) return [];
      const from = was && { ...was };
      return [{ op: "set", ref: { kind: "node", viewId, id }, field: "bounds", from, to: { ...bounds } }];
    });
    const lines = this.#connections.map((value): Change => ({
      op: "add",
      item: { kind: "connection", viewId, value },
    }));
    return [...added, ...grown, ...lines];
  }

  #idFor(itemId: string): string {
    let id = `${itemId}_di`;
    for (let n = 2; this.#taken.has(id); n++) id = `${itemId}_di_${n}`;
    this.#taken.add(id);
    return id;
  }
}
