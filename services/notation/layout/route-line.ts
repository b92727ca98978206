import type { Bounds, Point } from "../graph.ts";
import { centre } from "./free-place.ts";

/** Where the line from the middle of a box to a point leaves the box. */
export function borderPoint(box: Bounds, towards: Point): Point {
  const from = centre(box);
  const [dx, dy] = [towards.x - from.x, towards.y - from.y];
  if (dx === 0 && dy === 0) return from;
  const scale = Math.min(
    dx === 0 ? Infinity : box.width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : box.height / 2 / Math.abs(dy),
  );
  return rounded({ x: from.x + dx * scale, y: from.y + dy * scale });
}

/** Two points: from border to border on the line between the middles. */
export function straightLine(from: Bounds, to: Bounds): readonly Point[] {
  return [borderPoint(from, centre(to)), borderPoint(to, centre(from))];
}

/**
 * From border to border in horizontal and vertical pieces, with as few bends as possible; a box to itself gets a loop
 * at its lower right corner.
 */
export function orthogonalLine(from: Bounds, to: Bounds, gap = 20): readonly Point[] {
  if (from === to || sameBox(from, to)) return loop(from, gap);
  const [a, b] = [centre(from), centre(to)];
  const [right, left] = [to.x - (from.x + from.width), from.x - (to.x + to.width)];
  const [below, above] = [to.y - (from.y + from.height), from.y - (to.y + to.height)];
  if (Math.max(right, left) >= Math.max(below, above)) {
    const [start, end] =
      b.x >= a.x
        ? [
            { x: from.x + from.width, y: a.y },
            { x: to.x, y: b.y },
          ]
        : [
            { x: from.x, y: a.y },
            { x: to.x + to.width, y: b.y },
          ];
    const middle = (start.x + end.x) / 2;
    return bent(start, { x: middle, y: start.y }, { x: middle, y: end.y }, end);
  }
  const [start, end] =
    b.y >= a.y
      ? [
          { x: a.x, y: from.y + from.height },
          { x: b.x, y: to.y },
        ]
      : [
          { x: a.x, y: from.y },
          { x: b.x, y: to.y + to.height },
        ];
  const middle = (start.y + end.y) / 2;
  return bent(start, { x: start.x, y: middle }, { x: end.x, y: middle }, end);
}

function loop(box: Bounds, gap: number): readonly Point[] {
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  const { x, y } = centre(box);
  return [
    { x: right, y },
    { x: right + gap, y },
    { x: right + gap, y: bottom + gap },
    { x, y: bottom + gap },
    { x, y: bottom },
  ].map(rounded);
}

/** Without bends where start and end are in line. */
function bent(...points: readonly Point[]): readonly Point[] {
  const all = points.map(rounded);
  const [start, end] = [all[0], all.at(-1)];
  if (!start || !end) return all;
  return start.x === end.x || start.y === end.y ? [start, end] : all;
}

const rounded = ({ x, y }: Point): Point => ({ x: Math.round(x), y: Math.round(y) });

const sameBox = (a: Bounds, b: Bounds): boolean =>
  a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
