import type { NotationKit } from "../notation.ts";
import { archimateCodec } from "./archimate-codec.ts";
import { archimateRules } from "./archimate-rules.ts";
import { archimateLayout } from "./archimate-layout.ts";
import { archimateVocabulary } from "./vocabulary.ts";

export const archimateKit: NotationKit = {
  notation: "archimate",
  codec: archimateCodec,
  vocabulary: archimateVocabulary,
  rules: archimateRules,
  layout: archimateLayout,
};
