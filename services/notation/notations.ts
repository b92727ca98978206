import { archimateKit } from "./archimate/archimate-kit.ts";
import { bpmnKit } from "./bpmn/bpmn-kit.ts";
import { dmnKit } from "./dmn/dmn-kit.ts";
import type { Notation } from "./graph.ts";
import type { Codec, NotationKit } from "./notation.ts";
import { umlKit } from "./uml/uml-kit.ts";
import { startOfFile } from "./xml/decode-xml.ts";

/** Every notation with all there is to it; those whose files are told apart most surely first. */
export const notationKits: readonly NotationKit[] = [dmnKit, bpmnKit, archimateKit, umlKit];

/** Not the source of a program, or a text, in which a model is quoted. */
const LOOKS_LIKE_A_FILE = /^\uFEFF?\s*[<{]/;
/** Roots of formats that have the words of ours in them. */
const OTHER_FORMATS =
  /^[^<]*(?:<[!?][^>]*>\s*)*<(?:(?:[\w.-]+:)?(?:soapui-project|html)|cmmn:definitions)[\s>]/i;

/** By what is in the file, whatever it is called; undefined: nobody here knows it. */
export function codecForFile(file: Uint8Array): Codec | undefined {
  const start = startOfFile(file);
  if (!LOOKS_LIKE_A_FILE.test(start) || OTHER_FORMATS.test(start)) return undefined;
  return notationKits.find(({ codec }) => codec.recognises(start))?.codec;
}

/** By the notation, or by a kind of artifact such as "bpmn::process". */
export function kitFor(kind: string): NotationKit | undefined {
  const notation = kind.toLowerCase().split("::")[0] as Notation;
  return notationKits.find((kit) => kit.notation === notation);
}
