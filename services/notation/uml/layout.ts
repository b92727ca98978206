import type { Element, Graph } from "../graph.ts";
import type { Side, Size } from "../layout/free-place.ts";
import { placeInViews } from "../layout/place-in-views.ts";
import { orthogonalLine, straightLine } from "../layout/route-line.ts";
import { childrenIn } from "../model-index.ts";
import { FEATURES, umlVocabulary } from "./vocabulary.ts";

const LINE = 18;
const BESIDE: readonly Side[] = ["right", "below", "left", "above"];

/** What is general, and what is provided, goes above. */
const UPWARDS = new Set(["generalization", "realization"]);

export const umlLayout = placeInViews({
  nests: true,
  sizeOf,
  sides: (relation, from) => {
    if (!relation || !UPWARDS.has(relation.type)) return BESIDE;
    return from ? ["below", "right", "left", "above"] : ["above", "right", "left", "below"];
  },
  route: (from, to, relation) =>
    relation.type === "anchor" || relation.type === "dependency"
      ? straightLine(from, to)
      : orthogonalLine(from, to),
});

/** Classifiers are as high as their members need. */
function sizeOf({ id, type }: Element, graph: Graph): Size | undefined {
  const size = umlVocabulary.elements.get(type)?.size;
  if (!size) return undefined;
  const members = childrenIn(graph, id).filter((child) => FEATURES.has(child.type)).length;
  return { width: size.width, height: Math.max(size.height, 50 + members * LINE) };
}
