import type { Bounds } from "../graph.ts";

/** A box over more squares than this is looked at each time. */
const MOST_SQUARES = 64;
/** Keys of squares stay apart for drawings of any size that is drawn. */
const ROW = 1 << 24;

/** Boxes by the squares that they lie in, so that those near a place are found without looking at all. */
export class BoxGrid {
  readonly #side: number;
  readonly #squares = new Map<number, Bounds[]>();
  readonly #large: Bounds[] = [];

  constructor(boxes: Iterable<Bounds>, side: number) {
    this.#side = Math.max(side, 1);
    for (const box of boxes) {
      const squares = this.#squaresOf(box);
      if (squares === undefined) this.#large.push(box);
      else
        for (const square of squares) {
          const there = this.#squares.get(square);
          if (there) there.push(box);
          else this.#squares.set(square, [box]);
        }
    }
  }

  /** Whether the test holds for any of the boxes that could touch this one. */
  some(box: Bounds, test: (other: Bounds) => boolean): boolean {
    if (this.#large.some(test)) return true;
    const squares = this.#squaresOf(box) ?? this.#squares.keys();
    for (const square of squares) if (this.#squares.get(square)?.some(test)) return true;
    return false;
  }

  /** Undefined when they are too many. */
  #squaresOf({ x, y, width, height }: Bounds): number[] | undefined {
    const side = this.#side;
    const [left, right] = [Math.floor(x / side), Math.floor((x + width) / side)];
    const [top, bottom] = [Math.floor(y / side), Math.floor((y + height) / side)];
    if (!((right - left + 1) * (bottom - top + 1) <= MOST_SQUARES)) return undefined;
    const squares: number[] = [];
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++) squares.push(row * ROW + column);
    return squares;
  }
}
