import type { Bounds, Point } from "../graph.ts";
import { BoxGrid } from "./box-grid.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export type Side = "right" | "below" | "left" | "above";

export interface FreePlaceOptions {
  /** Room that is kept free between boxes; 40 by default. */
  readonly gap?: number;
  /** Sides that are tried, the best first; right, below, left, above by default. */
  readonly sides?: readonly Side[];
  /** The box has to lie inside, with `gap / 2` to its borders. */
  readonly within?: Bounds;
}

const GAP = 40;
const SIDES: readonly Side[] = ["right", "below", "left", "above"];
/** Beyond so many boxes from the one it should be near, "near" has lost its meaning. */
const RINGS = 12;

export const overlaps = (a: Bounds, b: Bounds): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

export const contains = (outer: Bounds, inner: Bounds): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.width <= outer.x + outer.width &&
  inner.y + inner.height <= outer.y + outer.height;

export const grown = ({ x, y, width, height }: Bounds, by: number): Bounds => ({
  x: x - by,
  y: y - by,
  width: width + 2 * by,
  height: height + 2 * by,
});

export const centre = ({ x, y, width, height }: Bounds): Point => ({ x: x + width / 2, y: y + height / 2 });

/** The smallest box around all of them; undefined for none. */
export function boundsAround(boxes: Iterable<Bounds>): Bounds | undefined {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return left === Infinity ? undefined : { x: left, y: top, width: right - left, height: bottom - top };
}

/**
 * A free box of the size beside `near`: on the best side first, in line with it, then shifted along that side, then
 * further out. Undefined when there is none: the caller makes room, or takes `freeGround`.
 */
export function freePlace(
  size: Size,
  near: Bounds,
  taken: readonly Bounds[],
  options: FreePlaceOptions = {},
): Bounds | undefined {
  const gap = options.gap ?? GAP;
  const inside = options.within && grown(options.within, -gap / 2);
  const grid = new BoxGrid(taken, Math.max(size.width, size.height) + gap);
  const isFree = (box: Bounds) => {
    const roomy = grown(box, gap / 2);
    return (!inside || contains(inside, box)) && !grid.some(roomy, (other) => overlaps(roomy, other));
  };
  for (const box of candidates(size, near, gap, options.sides ?? SIDES)) if (isFree(box)) return box;
  return undefined;
}

/** A free box of the size below everything that is there, at its left edge. */
export function freeGround(size: Size, taken: Iterable<Bounds>, gap = GAP): Bounds {
  const all = boundsAround(taken);
  return all
    ? { x: all.x, y: all.y + all.height + gap, ...dimensions(size) }
    : { x: gap, y: gap, ...dimensions(size) };
}

function* candidates(size: Size, near: Bounds, gap: number, sides: readonly Side[]): Generator<Bounds> {
  for (let ring = 0; ring < RINGS; ring++)
    for (const side of sides)
      for (let shift = 0; shift <= ring; shift++) {
        yield beside(size, near, gap, side, ring - shift, shift);
        if (shift > 0) yield beside(size, near, gap, side, ring - shift, -shift);
      }
}

/** The box `out` boxes away from the side, and `along` boxes down (or to the right) along it. */
function beside(size: Size, near: Bounds, gap: number, side: Side, out: number, along: number): Bounds {
  const middle = centre(near);
  const [stepX, stepY] = [size.width + gap, size.height + gap];
  const x = middle.x - size.width / 2;
  const y = middle.y - size.height / 2;
  const at = {
    right: { x: near.x + near.width + gap + out * stepX, y: y + along * stepY },
    left: { x: near.x - stepX - out * stepX, y: y + along * stepY },
    below: { x: x + along * stepX, y: near.y + near.height + gap + out * stepY },
    above: { x: x + along * stepX, y: near.y - stepY - out * stepY },
  }[side];
  return { x: Math.round(at.x), y: Math.round(at.y), ...dimensions(size) };
}

const dimensions = ({ width, height }: Size): Size => ({ width, height });
