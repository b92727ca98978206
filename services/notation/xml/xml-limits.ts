import type { Problem } from "../problem.ts";

/** How much of a file a reader takes before it refuses it. A character is what a string counts. */
export interface XmlLimits {
  readonly bytes: number;
  readonly depth: number;
  readonly attributesPerElement: number;
  /** Of one attribute's value, of a name, and of all that stands before the root. */
  readonly attributeLength: number;
  /** Of one text, comment or processing instruction. */
  readonly textLength: number;
  /** Elements, attributes, texts and the rest: what the tree costs in memory. */
  readonly nodes: number;
}

export const XML_LIMITS: XmlLimits = {
  bytes: 64 * 1024 * 1024,
  depth: 500,
  attributesPerElement: 1000,
  attributeLength: 1024 * 1024,
  textLength: 4 * 1024 * 1024,
  nodes: 8_000_000,
};

export interface ReadXmlOptions {
  readonly limits?: Partial<XmlLimits>;
  /** What is not as it should be and does no harm, such as a prefix without a namespace. */
  readonly onProblem?: (problem: Problem) => void;
  /** How many bytes have been handed to the parser; called for every chunk. */
  readonly onProgress?: (bytes: number) => void;
}
