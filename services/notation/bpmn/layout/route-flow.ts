import type { Bounds, Point } from "../../graph.ts";
import { boundsAround, centre, overlaps } from "../../layout/free-place.ts";
import { orthogonalLine } from "../../layout/route-line.ts";

const GAP = 20;

/** From border to border in level and upright pieces, the simplest way that crosses the fewest other boxes. */
export function flowLine(from: Bounds, to: Bounds, others: readonly Bounds[]): readonly Point[] {
  let best: readonly Point[] = orthogonalLine(from, to);
  let fewest = crossings(best, others);
  for (const way of fewest === 0 ? [] : detours(from, to, others)) {
    const line = way.map(({ x, y }) => ({ x: Math.round(x), y: Math.round(y) }));
    const count = crossings(line, others);
    if (count >= fewest) continue;
    [best, fewest] = [line, count];
    if (count === 0) break;
  }
  return best;
}

function* detours(from: Bounds, to: Bounds, others: readonly Bounds[]): Generator<readonly Point[]> {
  const [a, b] = [centre(from), centre(to)];
  const [isRight, isBelow] = [b.x >= a.x, b.y >= a.y];
  const out = { x: isRight ? from.x + from.width : from.x, y: a.y };
  const into = { x: isRight ? to.x : to.x + to.width, y: b.y };
  const upright = { x: a.x, y: isBelow ? from.y + from.height : from.y };
  const onto = { x: b.x, y: isBelow ? to.y : to.y + to.height };
  if (a.x !== b.x && a.y !== b.y) {
    yield [upright, { x: a.x, y: b.y }, into];
    yield [out, { x: b.x, y: a.y }, onto];
    for (const x of isRight ? [out.x + GAP, into.x - GAP] : [out.x - GAP, into.x + GAP])
      yield [out, { x, y: a.y }, { x, y: b.y }, into];
    for (const y of isBelow ? [upright.y + GAP, onto.y - GAP] : [upright.y - GAP, onto.y + GAP])
      yield [upright, { x: a.x, y }, { x: b.x, y }, onto];
  }
  yield* around(from, to, others);
}

/** Below or above all that stands between the two. */
function* around(from: Bounds, to: Bounds, others: readonly Bounds[]): Generator<readonly Point[]> {
  const [a, b] = [centre(from), centre(to)];
  const span = boundsAround([from, to]) ?? from;
  const between = others.filter((box) => overlaps(box, span));
  const all = boundsAround([...between, span]) ?? span;
  const [low, high] = [all.y + all.height + GAP, all.y - GAP];
  const below = [
    { x: a.x, y: from.y + from.height },
    { x: a.x, y: low },
    { x: b.x, y: low },
    { x: b.x, y: to.y + to.height },
  ];
  const above = [
    { x: a.x, y: from.y },
    { x: a.x, y: high },
    { x: b.x, y: high },
    { x: b.x, y: to.y },
  ];
  yield below;
  yield above;
}

/** How many boxes the line runs through. */
function crossings(line: readonly Point[], others: readonly Bounds[]): number {
  return others.filter((box) =>
    line.some((point, i) => {
      const next = line[i + 1];
      return next !== undefined && overlaps(piece(point, next), box);
    }),
  ).length;
}

const piece = (a: Point, b: Point): Bounds => ({
  x: Math.min(a.x, b.x) - 1,
  y: Math.min(a.y, b.y) - 1,
  width: Math.abs(a.x - b.x) + 2,
  height: Math.abs(a.y - b.y) + 2,
});
