import type { Bounds, Point, Relation } from "../../graph.ts";
import { centre } from "../../layout/free-place.ts";
import { orthogonalLine, straightLine } from "../../layout/route-line.ts";
import type { ViewDraft } from "./view-draft.ts";

/** Draws the relations both of whose ends the view shows. */
export function drawLines(draft: ViewDraft, relations: readonly Relation[]): void {
  for (const { id, type, source, target } of relations) {
    if (draft.lineOf(id)) continue;
    const [from, to] = [endOf(draft, source), endOf(draft, target)];
    if (!from || !to) continue;
    const route = type === "sequenceFlow" || type === "messageFlow" ? orthogonalLine : straightLine;
    draft.connect(id, route(narrowed(draft, source, from, to), narrowed(draft, target, to, from)));
  }
}

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
