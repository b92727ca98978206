import type { Bounds, Element, Graph, Properties } from "../../graph.ts";
import { boundsAround, freeGround, grown, overlaps, type Size } from "../../layout/free-place.ts";
import { childrenIn, relationsFrom, relationsTo } from "../../model-index.ts";
import { ELEMENT_TYPES } from "../element-types.ts";
import { chainOf, isArtifact, isFlowContainer, processOf, textProperty } from "../model-queries.ts";
import { isA } from "../schema.ts";
import { placeInside } from "./place-inside.ts";
import { HEADER, type ViewDraft } from "./view-draft.ts";

const PADDING = 30;

/** Draws the elements that the view should show and does not yet. */
export function placeBoxes(
  draft: ViewDraft,
  elements: readonly Element[],
  near: ReadonlyMap<string, string>,
): void {
  const open = elements.filter(({ id, type }) => ELEMENT_TYPES.get(type)?.size && !draft.boxOf(id));
  const waiting = new Set(
    open.toSorted((a, b) => rank(a) - rank(b) || depth(draft.graph, a) - depth(draft.graph, b)),
  );
  // What stands beside something that is new itself waits for it; at last, all go where there is room.
  for (const isLast of [false, true])
    for (let hasPlaced = true; hasPlaced;) {
      hasPlaced = false;
      for (const element of waiting) {
        if (!belongs(draft, element)) continue;
        const anchor = anchorOf(draft, element, near);
        if (!anchor && !isLast && rank(element) > 1 && leadsFromWaiting(draft.graph, element, waiting))
          continue;
        placeOne(draft, element, anchor);
        waiting.delete(element);
        hasPlaced = true;
      }
    }
}

/** Containers first: pools, lanes, subprocesses; what hangs on others last. */
function rank({ type }: Element): number {
  if (type === "participant") return 0;
  if (type === "lane") return 1;
  if (type === "boundaryEvent" || isArtifact(type)) return 3;
  return 2;
}

const depth = (graph: Graph, { id }: Element): number => [...chainOf(graph, id)].length;

/** Whether the view shows what the element belongs to. */
function belongs(draft: ViewDraft, element: Element): boolean {
  const { graph, view } = draft;
  const parent = graph.elements.get(element.parent ?? "");
  if (!parent) return false;
  if (element.type === "boundaryEvent")
    return draft.boxOf(textProperty(element, "attachedToRef")) !== undefined;
  if (view.element === parent.id || draft.showsInside(parent)) return true;
  if (element.type === "lane" || isA(parent.type, "process")) {
    const process = processOf(graph, element.id);
    return process !== undefined && (draft.poolOf(process.id) !== undefined || draft.showsInside(process));
  }
  // What is drawn for the first time is drawn with what is new in it.
  return isFlowContainer(parent.type) && draft.boxOf(parent.id)?.properties["isExpanded"] === true;
}

/** What the new box stands beside: what was asked for, what leads to it, what it leads to. */
function anchorOf(draft: ViewDraft, element: Element, near: ReadonlyMap<string, string>): string | undefined {
  const { graph } = draft;
  const before = relationsTo(graph, element.id).map(({ source }) => source);
  const after = relationsFrom(graph, element.id).map(({ target }) => target);
  const isPlain = (id: string | undefined) => {
    const type = graph.elements.get(id ?? "")?.type;
    return type !== undefined && type !== "participant" && type !== "lane" && !isA(type, "process");
  };
  return [near.get(element.id), ...before, ...after].find((id) => isPlain(id) && draft.boxOf(id));
}

const leadsFromWaiting = (graph: Graph, { id }: Element, waiting: ReadonlySet<Element>): boolean =>
  relationsTo(graph, id).some(({ source }) => {
    const element = graph.elements.get(source);
    return element !== undefined && element.id !== id && waiting.has(element);
  });

function placeOne(draft: ViewDraft, element: Element, anchor: string | undefined): void {
  const size = sizeOf(draft.graph, element);
  if (element.type === "participant") return placePool(draft, element, size);
  if (element.type === "lane") return placeLane(draft, element, size);
  if (element.type === "boundaryEvent") return placeBoundary(draft, element, size);
  const inside = boundsAround(
    childrenIn(draft.graph, element.id).flatMap(({ id }) => draft.boxOf(id)?.bounds ?? []),
  );
  if (isFlowContainer(element.type) && inside) {
    draft.add(element.id, grown(inside, PADDING), { isExpanded: true });
    return;
  }
  placeInside(draft, element, size, anchor, lookOf(draft.graph, element));
}

/** An open subprocess has room for a chain of what is in it. */
function sizeOf(graph: Graph, { id, type }: Element): Size {
  const size = ELEMENT_TYPES.get(type)?.size ?? { width: 100, height: 80 };
  const inside = isFlowContainer(type) ? childrenIn(graph, id).length : 0;
  return inside === 0 ? size : { width: Math.max(350, 100 + inside * 140), height: 200 };
}

/** A subprocess that comes with something in it is drawn open. */
function lookOf(graph: Graph, { id, type }: Element): Properties {
  if (type === "exclusiveGateway") return { isMarkerVisible: true };
  if (!isFlowContainer(type)) return {};
  return { isExpanded: childrenIn(graph, id).length > 0 };
}

/** Around what is drawn of its process already, or below everything else. */
function placePool(draft: ViewDraft, pool: Element, size: Size): void {
  const process = textProperty(pool, "processRef");
  const drawn = process === undefined ? [] : drawnWithin(draft, process);
  const inside = boundsAround(drawn);
  const others = [...draft.boxes()].filter(([id]) => draft.graph.elements.get(id)?.type === "participant");
  const width = Math.max(size.width, ...others.map(([, box]) => box.bounds.width));
  const all = [...draft.boxes()].map(([, box]) => box.bounds);
  const bounds = inside ? aroundInside(inside) : freeGround({ ...size, width }, all);
  draft.add(pool.id, bounds, { isHorizontal: true });
}

function aroundInside(inside: Bounds): Bounds {
  const { x, y, width, height } = grown(inside, PADDING);
  return { x: x - HEADER, y, width: width + HEADER, height };
}

const drawnWithin = (draft: ViewDraft, id: string): Bounds[] =>
  childrenIn(draft.graph, id).flatMap((child) => [
    ...(draft.boxOf(child.id) ? [draft.boxOf(child.id)?.bounds as Bounds] : []),
    ...drawnWithin(draft, child.id),
  ]);

/** The first lane fills its pool; others follow below, or go on top where something is in the way below. */
function placeLane(draft: ViewDraft, lane: Element, size: Size): void {
  const { graph } = draft;
  const process = processOf(graph, lane.id);
  const outer = graph.elements.get(lane.parent ?? "")?.type === "lane" ? draft.boxOf(lane.parent) : undefined;
  const pool = process && draft.poolOf(process.id);
  const around = outer ?? pool;
  const lanes = boundsAround(
    childrenIn(graph, lane.parent ?? "").flatMap(({ id, type }) =>
      type === "lane" ? (draft.boxOf(id)?.bounds ?? []) : [],
    ),
  );
  const all = [...draft.boxes()].map(([, box]) => box.bounds);
  const first = around && {
    ...around.bounds,
    x: around.bounds.x + HEADER,
    width: around.bounds.width - HEADER,
  };
  const bounds = lanes ? besideLanes(lanes, size, all) : (first ?? freeGround(size, all));
  draft.add(lane.id, bounds, { isHorizontal: true });
  for (const container of [outer, pool])
    if (container?.element !== undefined) draft.grow(container.element, bounds);
}

function besideLanes(lanes: Bounds, { height }: Size, all: readonly Bounds[]): Bounds {
  const below = { ...lanes, y: lanes.y + lanes.height, height };
  const above = { ...lanes, y: lanes.y - height, height };
  const isFree = (place: Bounds) => !all.some((box) => overlaps(box, place));
  return !isFree(below) && isFree(above) ? above : below;
}

/** On the lower border of its activity, from the right; further events beside it. */
function placeBoundary(draft: ViewDraft, event: Element, size: Size): void {
  const hostId = textProperty(event, "attachedToRef");
  const host = draft.boxOf(hostId)?.bounds;
  if (!host) return;
  const others = [...draft.boxes()].flatMap(([id, box]) => {
    const other = draft.graph.elements.get(id);
    return other?.type === "boundaryEvent" && textProperty(other, "attachedToRef") === hostId
      ? [box.bounds]
      : [];
  });
  const room = Math.max(1, Math.floor(host.width / (size.width + 4)));
  const places = [host.y + host.height, host.y].flatMap((border) =>
    Array.from({ length: room }, (_, i) => ({
      x: host.x + host.width - (i + 1) * (size.width + 4),
      y: border - size.height / 2,
      ...size,
    })),
  );
  const free = places.find(
    (place) => !others.some((other) => Math.abs(other.x - place.x) < size.width && other.y === place.y),
  );
  draft.add(event.id, free ?? places[0] ?? { ...host, ...size });
}
