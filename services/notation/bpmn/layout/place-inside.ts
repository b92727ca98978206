import type { Bounds, Element, Properties } from "../../graph.ts";
import {
  boundsAround,
  centre,
  contains,
  freeGround,
  freePlace,
  grown,
  overlaps,
  type Side,
  type Size,
} from "../../layout/free-place.ts";
import { chainOf, isArtifact, isData, isFlowContainer, processOf, textProperty } from "../model-queries.ts";
import { HEADER, type ViewDraft } from "./view-draft.ts";

const GAP = 40;
const FAR = 100_000;

/** Puts a box on free ground within what contains the element, and makes that larger where it is too small. */
export function placeInside(
  draft: ViewDraft,
  element: Element,
  size: Size,
  anchorId: string | undefined,
  look: Properties,
): void {
  const containers = containersOf(draft, element);
  const within = containers[0] === undefined ? undefined : roomOf(draft, containers[0]);
  const taken = takenFor(draft, element);
  const anchor = draft.boxOf(anchorId)?.bounds ?? lastOf(draft, element, within);
  const bounds = find(size, anchor, taken, within, sidesFor(element));
  draft.add(element.id, bounds, look);
  makeRoom(draft, containers, bounds);
}

/** Notes stand above, data below, all else follows. */
function sidesFor({ type }: Element): readonly Side[] {
  if (isArtifact(type)) return ["above", "right", "below", "left"];
  return isData(type) ? ["below", "above", "right", "left"] : ["right", "below", "above", "left"];
}

/** Where there is room already; then further right, then further down, where what contains it can grow. */
function find(
  size: Size,
  anchor: Bounds | undefined,
  taken: readonly Bounds[],
  within: Bounds | undefined,
  sides: readonly Side[],
): Bounds {
  if (!anchor) {
    if (!within) return freeGround(size, taken);
    const corner = { x: within.x + GAP / 2, y: centre(within).y, width: 0, height: 0 };
    return find(size, corner, taken, within, sides);
  }
  const options = { gap: GAP, sides };
  if (!within) return freePlace(size, anchor, taken, options) ?? freeGround(size, taken);
  const wide = { ...within, width: FAR };
  const tries = [within, wide, { ...wide, height: FAR }];
  for (const room of tries) {
    const place = freePlace(size, anchor, taken, { ...options, within: room });
    if (place) return place;
  }
  const low = { ...within, y: centre(within).y - size.height / 2, height: FAR };
  return (
    freePlace(size, { ...low, width: 0, height: size.height }, taken, { ...options, sides: ["right"] }) ??
    freeGround(size, taken)
  );
}

/** The elements whose boxes are around it, from the inside out: subprocesses, lanes, the pool. */
function containersOf(draft: ViewDraft, element: Element): readonly string[] {
  const { graph } = draft;
  const around = [...chainOf(graph, element.id)].slice(1);
  const lanes = textProperty(
    [...around, element].find((item) => textProperty(item, "lane") !== undefined) ?? element,
    "lane",
  );
  const inner = around.filter(({ id, type }) => isFlowContainer(type) && draft.boxOf(id)).map(({ id }) => id);
  const laneIds =
    lanes === undefined
      ? []
      : [...chainOf(graph, lanes)].filter(({ type }) => type === "lane").map(({ id }) => id);
  const process = processOf(graph, element.id);
  const pool = process && draft.poolOf(process.id)?.element;
  return [...inner, ...laneIds, ...(pool === undefined ? [] : [pool])].filter((id) => draft.boxOf(id));
}

/** A pool has its name at the left. */
function roomOf(draft: ViewDraft, id: string): Bounds | undefined {
  const bounds = draft.boxOf(id)?.bounds;
  const hasHeader = ["participant", "lane"].includes(draft.graph.elements.get(id)?.type ?? "");
  return bounds && hasHeader ? { ...bounds, x: bounds.x + HEADER, width: bounds.width - HEADER } : bounds;
}

/** All boxes and labels but those that the new one may stand in. */
function takenFor(draft: ViewDraft, element: Element): Bounds[] {
  const around = new Set([...chainOf(draft.graph, element.id)].map(({ id }) => id));
  return [...draft.boxes()].flatMap(([id, { bounds, label }]) => {
    const type = draft.graph.elements.get(id)?.type ?? "";
    if (around.has(id) || ["participant", "lane", "group"].includes(type)) return [];
    return label ? [bounds, label] : [bounds];
  });
}

/** Without anything that leads to it: the rightmost of what stands beside it. */
function lastOf(draft: ViewDraft, element: Element, within: Bounds | undefined): Bounds | undefined {
  const beside = [...draft.boxes()].flatMap(([id, { bounds }]) => {
    const other = draft.graph.elements.get(id);
    const isBeside =
      other?.parent === element.parent && other?.type !== "lane" && !isArtifact(other?.type ?? "");
    return isBeside && (!within || contains(within, bounds)) ? [bounds] : [];
  });
  return beside.toSorted((a, b) => a.x + a.width - (b.x + b.width) || a.y - b.y).at(-1);
}

/** What contains the box grows around it, and lanes with their pool. */
function makeRoom(draft: ViewDraft, containers: readonly string[], box: Bounds): void {
  let inside = grown(box, GAP / 2);
  for (const id of containers) {
    draft.grow(id, inside);
    inside = boundsAround([inside, draft.boxOf(id)?.bounds ?? inside]) ?? inside;
  }
  const pool = containers.at(-1);
  if (pool !== undefined && draft.graph.elements.get(pool)?.type === "participant") alignLanes(draft, pool);
}

/** Lanes reach to the right edge of their pool, as far as nothing is in their way. */
function alignLanes(draft: ViewDraft, poolId: string): void {
  const pool = draft.boxOf(poolId)?.bounds;
  const process = textProperty(draft.graph.elements.get(poolId) ?? { properties: {} }, "processRef");
  if (!pool) return;
  for (const [id, { bounds }] of draft.boxes()) {
    const lane = draft.graph.elements.get(id);
    if (lane?.type !== "lane" || processOf(draft.graph, id)?.id !== process) continue;
    if (overlaps(bounds, pool)) draft.grow(id, { ...bounds, width: pool.x + pool.width - bounds.x });
  }
}
