import type { Bounds, Point, Relation } from "../../graph.ts";
import { centre, contains, overlaps } from "../../layout/free-place.ts";
import { straightLine } from "../../layout/route-line.ts";
import { flowLine } from "./route-flow.ts";
import type { ViewDraft } from "./view-draft.ts";

/** Draws the relations both of whose ends the view shows. */
export function drawLines(draft: ViewDraft, relations: readonly Relation[]): void {
  for (const { id, type, source, target } of relations) {
    if (draft.lineOf(id)) continue;
    const [from, to] = [endOf(draft, source), endOf(draft, target)];
    if (!from || !to) continue;
    const [start, end] = [narrowed(draft, source, from, to), narrowed(draft, target, to, from)];
    const isFlow = type === "sequenceFlow" || type === "messageFlow";
    draft.connect(id, isFlow ? flowLine(start, end, obstacles(draft, from, to)) : straightLine(start, end));
  }
}

/** Boxes that a line should not run through: not those of its ends, nor those that it runs within. */
function obstacles(draft: ViewDraft, from: Bounds, to: Bounds): Bounds[] {
  return [...draft.boxes()].flatMap(([id, { bounds }]) => {
    const type = draft.graph.elements.get(id)?.type ?? "";
    const isAround = FRAMES.has(type) || contains(bounds, from) || contains(bounds, to);
    return isAround || overlaps(bounds, from) || overlaps(bounds, to) ? [] : [bounds];
  });
}

const FRAMES = new Set(["participant", "lane", "group"]);

/** A box, or the middle of a line where a note hangs on one. */
function endOf(draft: ViewDraft, id: string): Bounds | undefined {
  const box = draft.boxOf(id);
  if (box) return box.bounds;
  const line = draft.lineOf(id);
  const middle = line && middleOf(line);
  return middle && { ...middle, width: 0, height: 0 };
}

function middleOf(line: readonly Point[]): Point | undefined {
  const at = Math.floor((line.length - 1) / 2);
  const [from, to] = [line[at], line[at + 1]];
  if (!from || !to) return from;
  return { x: Math.round((from.x + to.x) / 2), y: Math.round((from.y + to.y) / 2) };
}

/** A line to a pool meets its border right above or below the other end, not in the middle of the pool. */
function narrowed(draft: ViewDraft, id: string, box: Bounds, other: Bounds): Bounds {
  if (draft.graph.elements.get(id)?.type !== "participant") return box;
  const x = Math.min(Math.max(centre(other).x, box.x), box.x + box.width);
  return { x, y: box.y, width: 0, height: box.height };
}
