import type { Change } from "../change.ts";
import type { Graph } from "../graph.ts";
import type { Layout } from "../notation.ts";
import { drawLines } from "./layout/draw-lines.ts";
import { placeBoxes } from "./layout/place-boxes.ts";
import { ViewSheet } from "./layout/view-sheet.ts";
import { idsInUse } from "./layout/new-shape-id.ts";

/**
 * Boxes beside what they are related with, inside the box of what holds them where there is room, around what a new
 * grouping holds; lines are straight. What is there keeps its place.
 */
export const archimateLayout: Layout = {
  place(
    graph: Graph,
    ids: readonly string[],
    near: ReadonlyMap<string, string> = new Map(),
  ): readonly Change[] {
    const taken = idsInUse(graph);
    return [...graph.views.values()].flatMap((view) => {
      const sheet = new ViewSheet(graph, view, taken);
      placeBoxes(sheet, ids, near);
      drawLines(sheet, ids);
      return sheet.changes;
    });
  },
};
