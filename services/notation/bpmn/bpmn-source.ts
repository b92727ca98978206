import type { Source } from "../notation.ts";
import type { XmlDocument } from "../xml/xml-tree.ts";
import type { Places } from "./read-bpmn.ts";

/** The whole file, and where in it the items of its graph stand. */
export interface BpmnSource extends Source {
  readonly notation: "bpmn";
  readonly document: XmlDocument;
  readonly places: Places;
}
