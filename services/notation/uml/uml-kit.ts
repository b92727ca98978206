import type { NotationKit } from "../notation.ts";
import { umlLayout } from "./layout.ts";
import { umlRules } from "./rules/uml-rules.ts";
import { umlCodec } from "./uml-codec.ts";
import { umlVocabulary } from "./vocabulary.ts";

export const umlKit: NotationKit = {
  notation: "uml",
  codec: umlCodec,
  vocabulary: umlVocabulary,
  rules: umlRules,
  layout: umlLayout,
};
