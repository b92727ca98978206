import { placeInViews } from "../layout/place-in-views.ts";
import { straightLine } from "../layout/route-line.ts";
import { dmnVocabulary } from "./vocabulary.ts";

/** As decision requirements are usually drawn: what is required below what requires it, knowledge at its side. */
export const dmnLayout = placeInViews({
  nests: false,
  sizeOf: ({ type }) => dmnVocabulary.elements.get(type)?.size,
  sides: (relation, from) => {
    if (relation?.type !== "informationRequirement") return ["right", "left", "below", "above"];
    return from ? ["below", "left", "right", "above"] : ["above", "right", "left", "below"];
  },
  route: (from, to) => straightLine(from, to),
});
