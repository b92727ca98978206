import type { NotationKit } from "../notation.ts";
import { dmnCodec } from "./dmn-codec.ts";
import { dmnLayout } from "./layout.ts";
import { dmnRules } from "./rules/dmn-rules.ts";
import { dmnVocabulary } from "./vocabulary.ts";

export const dmnKit: NotationKit = {
  notation: "dmn",
  codec: dmnCodec,
  vocabulary: dmnVocabulary,
  rules: dmnRules,
  layout: dmnLayout,
};
