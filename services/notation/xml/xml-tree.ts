/** An XML document with everything that canonical XML sees, in document order. Never changed in place. */
export interface XmlDocument {
  /** What stands before and after the root: comments and processing instructions. */
  readonly prolog: readonly (XmlComment | XmlInstruction)[];
  readonly root: XmlElement;
  readonly epilog: readonly (XmlComment | XmlInstruction)[];
  /** What it was read from. A changed copy keeps it, and is written in its style; without, in ours. */
  readonly origin?: XmlOrigin;
}

export interface XmlOrigin {
  readonly file: Uint8Array;
  /** As it was read. */
  readonly tree: Pick<XmlDocument, "prolog" | "root" | "epilog">;
}

export type XmlNode = XmlElement | XmlText | XmlComment | XmlInstruction;

export interface XmlElement {
  readonly kind: "element";
  /** As written: "bpmn:task". */
  readonly name: string;
  /** Resolved; empty for none. */
  readonly namespace: string;
  readonly local: string;
  /** In written order, namespace declarations among them. */
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
  /** Of its start tag, from 1; 0 for one that was made here. */
  readonly line: number;
  readonly column: number;
}

export interface XmlAttribute {
  /** As written: "xsi:type", "xmlns:di". */
  readonly name: string;
  /** Resolved; empty for one without a prefix. */
  readonly namespace: string;
  readonly local: string;
  readonly value: string;
}

/** Text, with entities and CDATA sections resolved. */
export interface XmlText {
  readonly kind: "text";
  readonly text: string;
}

export interface XmlComment {
  readonly kind: "comment";
  readonly text: string;
}

export interface XmlInstruction {
  readonly kind: "instruction";
  readonly target: string;
  readonly body: string;
}
