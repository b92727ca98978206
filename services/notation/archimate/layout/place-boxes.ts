import type { Bounds, Element, Relation, ViewNode } from "../../graph.ts";
import {
  boundsAround,
  contains,
  freeGround,
  freePlace,
  grown,
  overlaps,
  type Side,
} from "../../layout/free-place.ts";
import { CONCEPTS, type Layer } from "../concepts.ts";
import { relationsAt } from "../rules/relations-in.ts";
import { archimateVocabulary } from "../vocabulary.ts";
import type { ViewSheet } from "./view-sheet.ts";

const GAP = 30;
/** Above what a box holds there is room for its name. */
const TITLE = 30;
const PADDING = 15;
/** The most rows and columns in which room is looked for. */
const CELLS = 100;

/** Everything right of and below the corner: boxes have no negative places. */
const PAPER: Bounds = { x: -GAP / 2, y: -GAP / 2, width: 1e7, height: 1e7 };

/** Draws the elements that belong to what the view shows, directly or by others of them. */
export function placeBoxes(
  sheet: ViewSheet,
  ids: readonly string[],
  near: ReadonlyMap<string, string>,
): void {
  const { elements, views } = sheet.graph;
  let waiting = ids.filter((id) => elements.has(id) && !sheet.boxOf(id));
  for (let before = -1; before !== waiting.length;) {
    before = waiting.length;
    waiting = waiting.filter((id) => !placeBox(sheet, elements.get(id) as Element, near.get(id)));
  }
  // In a model with one view, that is where everything is looked for.
  if (views.size !== 1) return;
  for (const id of waiting) {
    const bounds = freeGround(sizeOf(elements.get(id) as Element), sheet.placesIn(undefined), GAP);
    sheet.addBox(id, { ...bounds, ...whole(bounds) }, undefined);
    placeBoxes(
      sheet,
      waiting.filter((other) => other !== id),
      near,
    );
    return;
  }
}

/** Whether it could be drawn. */
function placeBox(sheet: ViewSheet, element: Element, near: string | undefined): boolean {
  const relations = relationsAt(sheet.graph, element.id);
  if (placeAround(sheet, element, relations) || placeInside(sheet, element, relations)) return true;
  const related = relations.flatMap((relation) => sheet.boxOf(otherEnd(relation, element.id)) ?? []);
  const anchor = (near === undefined ? undefined : sheet.boxOf(near)) ?? related.find(({ bounds }) => bounds);
  if (!anchor?.bounds) return false;
  placeBeside(sheet, element, anchor, relations);
  return true;
}

const otherEnd = ({ source, target }: Relation, id: string): string => (source === id ? target : source);
const isHolding = ({ type }: Relation): boolean => type === "Composition" || type === "Aggregation";
const isFrame = (type: string): boolean => type === "Grouping" || type === "Location";

const sizeOf = ({ type }: Element) =>
  archimateVocabulary.elementType(type)?.size ?? { width: 120, height: 55 };
const whole = ({ x, y }: Bounds) => ({ x: Math.max(0, Math.round(x)), y: Math.max(0, Math.round(y)) });

/** A new grouping goes around what it holds, if that is together and nothing else is between. */
function placeAround(sheet: ViewSheet, element: Element, relations: readonly Relation[]): boolean {
  if (!isFrame(element.type)) return false;
  const held = relations.filter((relation) => isHolding(relation) && relation.source === element.id);
  const boxes = held.flatMap(({ target }) => sheet.boxOf(target) ?? []);
  const [first] = boxes;
  const inner = boundsAround(boxes.flatMap(({ bounds }) => bounds ?? []));
  if (!first || !inner || !boxes.every((box) => box.bounds && box.parent === first.parent)) return false;
  const frame = grown(inner, PADDING);
  const bounds = { ...frame, y: frame.y - TITLE + PADDING, height: frame.height + TITLE - PADDING };
  const own = new Set(boxes.map((box) => box.bounds));
  const others = sheet.placesIn(first.parent).filter((place) => !own.has(place));
  const outer = sheet.parentOf(first)?.bounds ?? PAPER;
  if (!contains(outer, bounds) || bounds.x < 0 || bounds.y < 0) return false;
  if (others.some((place) => overlaps(place, bounds))) return false;
  const earliest = [...sheet.view.nodes.keys()].find((id) => boxes.some((box) => box.id === id));
  const drawn = sheet.addBox(element.id, bounds, first.parent, earliest);
  for (const box of new Set(boxes)) sheet.nest(box, drawn.id);
  return true;
}

/** Into the box of what holds it, if others are drawn in there already or it is a frame, and if there is room. */
function placeInside(sheet: ViewSheet, element: Element, relations: readonly Relation[]): boolean {
  for (const relation of relations) {
    if (!isHolding(relation) || relation.target !== element.id) continue;
    const holder = sheet.boxOf(relation.source);
    if (!holder?.bounds || !(sheet.hasInside(holder.id) || isFrame(typeOf(sheet, holder)))) continue;
    const bounds = roomInside(sheet, element, holder, holder.bounds);
    if (!bounds) continue;
    sheet.addBox(element.id, bounds, holder.id);
    return true;
  }
  return false;
}

const typeOf = ({ graph }: ViewSheet, { element }: ViewNode): string =>
  graph.elements.get(element ?? "")?.type ?? "";

/** The first free cell of a grid inside a box. */
function roomInside(sheet: ViewSheet, element: Element, holder: ViewNode, outer: Bounds): Bounds | undefined {
  const size = sizeOf(element);
  const taken = sheet.placesIn(holder.id);
  const lastX = outer.x + outer.width - PADDING - size.width;
  const lastY = outer.y + outer.height - PADDING - size.height;
  const [stepX, stepY] = [outer.width, outer.height].map((length) => Math.max(PADDING, length / CELLS)) as [
    number,
    number,
  ];
  for (let y = outer.y + TITLE; y <= lastY; y += stepY)
    for (let x = outer.x + PADDING; x <= lastX; x += stepX) {
      const bounds = { x: Math.round(x), y: Math.round(y), ...size };
      if (!taken.some((place) => overlaps(grown(bounds, PADDING / 2), place))) return bounds;
    }
  return undefined;
}

function placeBeside(
  sheet: ViewSheet,
  element: Element,
  anchor: ViewNode,
  relations: readonly Relation[],
): void {
  const sides = sidesOf(sheet, element, anchor, relations);
  const size = sizeOf(element);
  const frame = sheet.parentOf(anchor);
  // Boxes in a box of an element say that they belong to it; a visual group says nothing.
  if (frame?.bounds && frame.element === undefined && anchor.bounds) {
    const taken = sheet.placesIn(frame.id);
    const inside = freePlace(size, anchor.bounds, taken, { gap: GAP, sides, within: frame.bounds });
    if (inside) {
      sheet.addBox(element.id, inside, frame.id);
      return;
    }
  }
  const outermost = outermostOf(sheet, anchor);
  const taken = sheet.placesIn(undefined);
  const at = outermost.bounds ?? (anchor.bounds as Bounds);
  const bounds =
    freePlace(size, at, taken, { gap: GAP, sides, within: PAPER }) ?? freeGround(size, taken, GAP);
  sheet.addBox(element.id, { ...bounds, ...whole(bounds) }, undefined);
}

function outermostOf(sheet: ViewSheet, node: ViewNode): ViewNode {
  const seen = new Set([node.id]);
  let at = node;
  for (let parent = sheet.parentOf(at); parent && !seen.has(parent.id); parent = sheet.parentOf(at)) {
    seen.add(parent.id);
    at = parent;
  }
  return at;
}

const HEIGHT: Readonly<Record<Layer, number>> = {
  physical: 0,
  technology: 0,
  application: 1,
  business: 2,
  strategy: 3,
  motivation: 4,
  implementation: 2,
  other: 2,
};

/** Lower layers below, higher ones above; within a layer what follows is to the right. */
function sidesOf(
  sheet: ViewSheet,
  element: Element,
  anchor: ViewNode,
  relations: readonly Relation[],
): readonly Side[] {
  const height = (type: string): number => HEIGHT[CONCEPTS.get(type)?.layer ?? "other"];
  const difference = height(element.type) - height(typeOf(sheet, anchor) || element.type);
  if (difference < 0) return ["below", "right", "left", "above"];
  if (difference > 0) return ["above", "right", "left", "below"];
  const leads = relations.some(({ source, target }) => source === element.id && target === anchor.element);
  return leads ? ["left", "below", "above", "right"] : ["right", "below", "above", "left"];
}
