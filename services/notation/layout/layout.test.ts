import { assert, constantFrom, integer, property, record, array } from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bounds } from "../graph.ts";
import { contains, freeGround, freePlace, grown, overlaps } from "./free-place.ts";
import { orthogonalLine, straightLine } from "./route-line.ts";

const box = record({
  x: integer({ min: -500, max: 1500 }),
  y: integer({ min: -500, max: 1500 }),
  width: integer({ min: 10, max: 300 }),
  height: integer({ min: 10, max: 300 }),
});

const near: Bounds = { x: 100, y: 100, width: 100, height: 80 };

describe("a free place", () => {
  it("is right of its neighbour, in line with it", () => {
    expect(freePlace({ width: 100, height: 80 }, near, [near])).toEqual({
      x: 240,
      y: 100,
      width: 100,
      height: 80,
    });
  });

  it("gives way to what is there", () => {
    const taken = [near, { x: 240, y: 100, width: 100, height: 80 }];
    expect(freePlace({ width: 100, height: 80 }, near, taken)).toEqual({
      x: 100,
      y: 220,
      width: 100,
      height: 80,
    });
  });

  it("is on the side that was asked for", () => {
    expect(freePlace({ width: 50, height: 50 }, near, [near], { sides: ["above"], gap: 10 })).toEqual({
      x: 125,
      y: 40,
      width: 50,
      height: 50,
    });
  });

  it("stays inside what contains it, or there is none", () => {
    const within = { x: 0, y: 0, width: 300, height: 400 };
    expect(freePlace({ width: 100, height: 80 }, near, [near], { within })).toEqual({
      x: 100,
      y: 220,
      width: 100,
      height: 80,
    });
    expect(freePlace({ width: 290, height: 80 }, near, [near], { within })).toBeUndefined();
  });

  it("never touches a box that is there", () => {
    assert(
      property(box, box, array(box, { maxLength: 40 }), (size, at, others) => {
        const taken = [at, ...others];
        const place = freePlace(size, at, taken) ?? freeGround(size, taken);
        expect(taken.filter((other) => overlaps(other, place))).toEqual([]);
      }),
    );
  });

  it("is the same each time, whatever the order of what is there", () => {
    assert(
      property(box, box, array(box, { maxLength: 20 }), (size, at, others) => {
        const taken = [at, ...others];
        expect(freePlace(size, at, taken.toReversed())).toEqual(freePlace(size, at, taken));
      }),
    );
  });
});

describe("a line", () => {
  it("runs from border to border", () => {
    const to = { x: 400, y: 100, width: 100, height: 80 };
    expect(straightLine(near, to)).toEqual([
      { x: 200, y: 140 },
      { x: 400, y: 140 },
    ]);
    expect(orthogonalLine(near, to)).toEqual([
      { x: 200, y: 140 },
      { x: 400, y: 140 },
    ]);
  });

  it("bends where the boxes are not in line", () => {
    expect(orthogonalLine(near, { x: 400, y: 300, width: 100, height: 80 })).toEqual([
      { x: 200, y: 140 },
      { x: 300, y: 140 },
      { x: 300, y: 340 },
      { x: 400, y: 340 },
    ]);
  });

  it("leaves its box and comes back when both ends are the same", () => {
    const line = orthogonalLine(near, near);
    expect(line).toHaveLength(5);
    expect(contains(near, { ...(line[2] ?? { x: 0, y: 0 }), width: 0, height: 0 })).toBe(false);
  });

  it("ends on the borders of its boxes", () => {
    assert(
      property(box, box, constantFrom(straightLine, orthogonalLine), (from, to, route) => {
        const line = route(from, to);
        for (const [point, end] of [
          [line[0], from],
          [line.at(-1), to],
        ] as const) {
          expect(point && contains(grown(end, 1), { ...point, width: 0, height: 0 })).toBe(true);
        }
      }),
    );
  });

  it("has only level and upright pieces when it is orthogonal", () => {
    assert(
      property(box, box, (from, to) => {
        const line = orthogonalLine(from, to);
        const slanted = line.filter((point, i) => {
          const next = line[i + 1] ?? point;
          return point.x !== next.x && point.y !== next.y;
        });
        expect(slanted).toEqual([]);
      }),
    );
  });
});
