import type { Change } from "../change.ts";
import type { Bounds, Element, Graph, Point, Relation, View, ViewConnection, ViewNode } from "../graph.ts";
import { childrenIn, relationsFrom, relationsTo } from "../model-index.ts";
import type { Layout } from "../notation.ts";
import { boundsAround, freeGround, freePlace, grown, type Side, type Size } from "./free-place.ts";

/** What a notation says of how it is drawn. */
export interface ViewManners {
  /** Of a new box; undefined: elements of the type have none. */
  readonly sizeOf: (element: Element, graph: Graph) => Size | undefined;
  /** Whether boxes are drawn inside the box of what contains their elements. */
  readonly nests: boolean;
  /** Where a box goes best beside what it is connected with by this relation; `from`: it is the relation's source. */
  readonly sides: (relation: Relation | undefined, from: boolean) => readonly Side[];
  /** All points of a new line. */
  readonly route: (from: Bounds, to: Bounds, relation: Relation) => readonly Point[];
}

/**
 * Places new elements beside what they are near to or connected with, in each view that shows that, or inside of the
 * box of what contains them, which grows if it has to. A model with one view shows there what it shows nowhere else.
 */
export const placeInViews = (manners: ViewManners): Layout => ({
  place: (graph, ids, near = new Map()) =>
    [...graph.views.values()].flatMap((view) => new ViewPlacer(graph, view, manners, near).place(ids)),
});

class ViewPlacer {
  readonly #graph: Graph;
  readonly #view: View;
  readonly #manners: ViewManners;
  readonly #near: ReadonlyMap<string, string>;
  readonly #changes: Change[] = [];
  readonly #ids: Set<string>;
  /** The first box of each element, with those that are new. */
  readonly #nodeOf = new Map<string, ViewNode>();
  readonly #bounds = new Map<string, Bounds>();

  constructor(graph: Graph, view: View, manners: ViewManners, near: ReadonlyMap<string, string>) {
    this.#graph = graph;
    this.#view = view;
    this.#manners = manners;
    this.#near = near;
    this.#ids = new Set([...view.nodes.keys(), ...view.connections.keys()]);
    for (const node of view.nodes.values()) this.#know(node);
  }

  place(ids: readonly string[]): readonly Change[] {
    const elements = ids.flatMap((id) => this.#graph.elements.get(id) ?? []);
    const waiting = new Set(
      elements.filter(
        (element) => !this.#nodeOf.has(element.id) && this.#manners.sizeOf(element, this.#graph),
      ),
    );
    // What is placed may be what another one goes beside or into.
    while (this.#placeFirst(waiting, true) || this.#placeFirst(waiting, false));
    const drawn = new Set([...this.#view.connections.values()].map(({ relation }) => relation));
    for (const relation of this.#relationsOf(ids)) if (!drawn.has(relation.id)) this.#connect(relation);
    return this.#changes;
  }

  /** `beside`: only what has something to go beside or into. */
  #placeFirst(waiting: Set<Element>, beside: boolean): boolean {
    for (const element of waiting)
      if (this.#placeElement(element, waiting, beside)) return waiting.delete(element);
    return false;
  }

  #know(node: ViewNode): void {
    if (node.element !== undefined && !this.#nodeOf.has(node.element)) this.#nodeOf.set(node.element, node);
    if (node.bounds) this.#bounds.set(node.id, node.bounds);
  }

  /** Those named, and all of the elements named. */
  #relationsOf(ids: readonly string[]): Set<Relation> {
    return new Set(
      ids.flatMap((id) =>
        [
          this.#graph.relations.get(id) ?? [],
          relationsFrom(this.#graph, id),
          relationsTo(this.#graph, id),
        ].flat(),
      ),
    );
  }

  #placeElement(element: Element, waiting: ReadonlySet<Element>, beside: boolean): boolean {
    const size = this.#manners.sizeOf(element, this.#graph);
    const parent = this.#graph.elements.get(element.parent ?? "");
    if (!size || (this.#manners.nests && parent && waiting.has(parent))) return false;
    const container = this.#manners.nests ? this.#containerOf(element) : undefined;
    const anchor = this.#anchorOf(element, container);
    if (!container && !anchor && (beside || !this.#isForThis(element))) return false;
    const bounds = this.#boundsFor(size, container, anchor);
    const id = this.#freeId(`${element.id}_di`);
    const node: ViewNode = {
      id,
      element: element.id,
      ...(container && { parent: container.id }),
      bounds,
      properties: {},
    };
    this.#know(node);
    this.#changes.push({ op: "add", item: { kind: "node", viewId: this.#view.id, value: node } });
    return true;
  }

  #containerOf({ parent }: Element): ViewNode | undefined {
    const node = parent === undefined ? undefined : this.#nodeOf.get(parent);
    return node && this.#bounds.has(node.id) ? node : undefined;
  }

  /** The box that it goes beside, and on which sides. */
  #anchorOf(element: Element, container: ViewNode | undefined): Anchor | undefined {
    const relations = [
      ...relationsFrom(this.#graph, element.id).map((relation) => [relation, relation.target, true] as const),
      ...relationsTo(this.#graph, element.id).map((relation) => [relation, relation.source, false] as const),
    ];
    const near = this.#near.get(element.id);
    const wanted = relations.filter(([, other]) => near === undefined || other === near);
    for (const [relation, other, from] of wanted) {
      const bounds = this.#drawn(other, container);
      if (bounds && other !== element.id) return { bounds, sides: this.#manners.sides(relation, from) };
    }
    const beside = near === undefined ? undefined : this.#drawn(near, container);
    if (beside) return { bounds: beside, sides: this.#manners.sides(undefined, false) };
    if (container || element.parent === undefined || !this.#manners.nests) return undefined;
    const sibling = childrenIn(this.#graph, element.parent).findLast(({ id }) => this.#drawn(id, undefined));
    const bounds = sibling && this.#drawn(sibling.id, undefined);
    return bounds && { bounds, sides: this.#manners.sides(undefined, false) };
  }

  /** The box of an element; with a container only if it is inside of that. */
  #drawn(elementId: string, container: ViewNode | undefined): Bounds | undefined {
    const node = this.#nodeOf.get(elementId);
    if (!node || (container && node.parent !== container.id)) return undefined;
    return this.#bounds.get(node.id);
  }

  /** Whether the view shows it for want of another one: what it would be beside is drawn nowhere. */
  #isForThis(element: Element): boolean {
    const { views, elements } = this.#graph;
    if (views.size !== 1) return this.#view.element !== undefined && this.#view.element === element.parent;
    return element.parent === undefined || elements.has(element.parent);
  }

  #boundsFor(size: Size, container: ViewNode | undefined, anchor: Anchor | undefined): Bounds {
    const outer = container && this.#bounds.get(container.id);
    if (!container || !outer) {
      const taken = [...this.#bounds.values()];
      const free =
        anchor && freePlace(size, anchor.bounds, outermost(taken, anchor.bounds), { sides: anchor.sides });
      return free ?? freeGround(size, taken);
    }
    const inside = [...this.#view.nodes.values(), ...this.#nodeOf.values()]
      .filter(({ parent }) => parent === container.id)
      .flatMap(({ id }) => this.#bounds.get(id) ?? []);
    const room = { x: outer.x, y: outer.y + TITLE, width: outer.width, height: outer.height - TITLE };
    const start = { x: outer.x + MARGIN - GAP, y: room.y + MARGIN, width: 0, height: size.height };
    const near = anchor ?? { bounds: inside.at(-1) ?? start, sides: undefined };
    const free = freePlace(size, near.bounds, inside, {
      within: room,
      gap: GAP,
      ...(near.sides && { sides: near.sides }),
    });
    const bounds = free ?? below(size, room, inside);
    this.#grow(container, bounds);
    return bounds;
  }

  /** Makes room for the box in the container, and in what contains that. */
  #grow(container: ViewNode, inner: Bounds): void {
    const outer = this.#bounds.get(container.id);
    const all = outer && boundsAround([outer, grown(inner, MARGIN)]);
    if (!outer || !all) return;
    const to = { ...outer, width: all.x + all.width - outer.x, height: all.y + all.height - outer.y };
    if (to.width === outer.width && to.height === outer.height) return;
    this.#bounds.set(container.id, to);
    const ref = { kind: "node", viewId: this.#view.id, id: container.id } as const;
    this.#changes.push({ op: "set", ref, field: "bounds", from: { ...outer }, to });
    const parent = container.parent === undefined ? undefined : this.#view.nodes.get(container.parent);
    if (parent) this.#grow(parent, to);
  }

  #connect(relation: Relation): void {
    const [source, target] = [this.#nodeOf.get(relation.source), this.#nodeOf.get(relation.target)];
    const [from, to] = [this.#bounds.get(source?.id ?? ""), this.#bounds.get(target?.id ?? "")];
    if (!source || !target || !from || !to) return;
    const value: ViewConnection = {
      id: this.#freeId(`${relation.id}_di`),
      relation: relation.id,
      source: source.id,
      target: target.id,
      waypoints: this.#manners.route(from, to, relation),
      properties: {},
    };
    this.#changes.push({ op: "add", item: { kind: "connection", viewId: this.#view.id, value } });
  }

  #freeId(wanted: string): string {
    const { elements, relations, views } = this.#graph;
    const isTaken = (id: string) =>
      this.#ids.has(id) || elements.has(id) || relations.has(id) || views.has(id);
    let id = wanted;
    for (let i = 2; isTaken(id); i++) id = `${wanted}_${i}`;
    this.#ids.add(id);
    return id;
  }
}

interface Anchor {
  readonly bounds: Bounds;
  readonly sides: readonly Side[];
}

const GAP = 40;
const MARGIN = 20;
/** Of a container, for its name. */
const TITLE = 20;

/** Without boxes around the anchor: beside it is inside of them. */
const outermost = (taken: readonly Bounds[], anchor: Bounds): readonly Bounds[] =>
  taken.filter(
    (box) =>
      box === anchor ||
      box.x > anchor.x ||
      box.y > anchor.y ||
      box.x + box.width < anchor.x + anchor.width ||
      box.y + box.height < anchor.y + anchor.height,
  );

/** Below all that is inside, at the left. */
function below(size: Size, room: Bounds, inside: readonly Bounds[]): Bounds {
  const all = boundsAround(inside);
  const y = all ? all.y + all.height + GAP : room.y + MARGIN;
  return { x: room.x + MARGIN, y, ...size };
}
