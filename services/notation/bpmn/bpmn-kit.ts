import type { NotationKit } from "../notation.ts";
import { bpmnCodec } from "./codec.ts";
import { bpmnLayout } from "./layout/bpmn-layout.ts";
import { BPMN_RULES } from "./rules/bpmn-rules.ts";
import { bpmnVocabulary } from "./vocabulary.ts";

/** All there is to BPMN 2.0. */
export const bpmnKit: NotationKit = {
  notation: "bpmn",
  codec: bpmnCodec,
  vocabulary: bpmnVocabulary,
  rules: BPMN_RULES,
  layout: bpmnLayout,
};
