export const MODEL_NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/MODEL";
export const DI_NAMESPACE = "http://www.omg.org/spec/BPMN/20100524/DI";
export const DD_DC_NAMESPACE = "http://www.omg.org/spec/DD/20100524/DC";
export const DD_DI_NAMESPACE = "http://www.omg.org/spec/DD/20100524/DI";
export const XSI_NAMESPACE = "http://www.w3.org/2001/XMLSchema-instance";
export const XSD_NAMESPACE = "http://www.w3.org/2001/XMLSchema";
/** Colours as the OMG's working group writes them, and as bpmn.io wrote them before. */
export const COLOR_NAMESPACE = "http://www.omg.org/spec/BPMN/non-normative/color/1.0";
export const BIOC_NAMESPACE = "http://bpmn.io/schema/bpmn/biocolor/1.0";
/** Ours: what BPMN has no place for. */
export const AMEIDE_NAMESPACE = "urn:ameide:model:1";

/** Of files that are made here; a file that has it says nothing by it. */
export const DEFAULT_TARGET_NAMESPACE = "urn:ameide:bpmn";

export const PREFIXES: Readonly<Record<string, string>> = {
  [MODEL_NAMESPACE]: "bpmn",
  [DI_NAMESPACE]: "bpmndi",
  [DD_DC_NAMESPACE]: "dc",
  [DD_DI_NAMESPACE]: "di",
  [XSI_NAMESPACE]: "xsi",
  [XSD_NAMESPACE]: "xsd",
  [COLOR_NAMESPACE]: "color",
  [BIOC_NAMESPACE]: "bioc",
  [AMEIDE_NAMESPACE]: "ameide",
};
