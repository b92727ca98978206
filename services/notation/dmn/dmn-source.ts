import type { Source } from "../notation.ts";
import type { XmlDocument, XmlElement } from "../xml/xml-tree.ts";

/** A file, and where in it each item of the graph is. */
export interface DmnSource extends Source {
  readonly notation: "dmn";
  readonly document: XmlDocument;
  readonly places: Places;
}

export interface Places {
  /** Elements, relations and views. */
  readonly items: ReadonlyMap<string, XmlElement>;
  /** By view: nodes and connections. */
  readonly drawn: ReadonlyMap<string, ReadonlyMap<string, XmlElement>>;
  /** Those whose id the file does not give, or gives twice. */
  readonly derived: ReadonlySet<XmlElement>;
}
