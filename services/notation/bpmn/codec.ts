import type { Graph } from "../graph.ts";
import type { Codec } from "../notation.ts";
import type { Problem } from "../problem.ts";
import { readXml } from "../xml/read-xml.ts";
import { writeXml } from "../xml/write-xml.ts";
import type { XmlDocument } from "../xml/xml-tree.ts";
import { checkFile } from "./check-file.ts";
import type { BpmnSource } from "./bpmn-source.ts";
import { checkRoot, readBpmn } from "./read-bpmn.ts";
import { writeBpmn } from "./write-bpmn.ts";
import { newFile } from "./new-file.ts";

/** A root element of that name in a namespace of BPMN, or the namespace of BPMN 2.0 in another tool's wrapping. */
const DEFINITIONS = /<(?:[\w.-]+:)?definitions[\s>][^>]*(?:BPMN|bpmn)/;

export const bpmnCodec: Codec<BpmnSource> = {
  notation: "bpmn",
  mediaType: "application/bpmn+xml",
  extensions: [".bpmn", ".bpmn2", ".bpmn20.xml"],
  recognises: (start) =>
    DEFINITIONS.test(start) && !/<(?:[\w.-]+:)?definitions\s[^>]*xmlns="[^"]*DMN/.test(start),
  read(file) {
    const problems: Problem[] = [];
    const document = readXml(file, { onProblem: (problem) => problems.push(problem) });
    const { graph, places, ids } = readBpmn(document.root);
    const source: BpmnSource = { notation: "bpmn", graph, document, places };
    return {
      graph,
      source,
      problems: [...problems, ...checkRoot(document), ...checkFile(document.root, ids)],
    };
  },
  write(graph: Graph, source?: BpmnSource) {
    const from = source ?? sourceOf(newFile());
    return writeXml(graph === from.graph ? from.document : writeBpmn(graph, from));
  },
};

function sourceOf(document: XmlDocument): BpmnSource {
  const { graph, places } = readBpmn(document.root);
  return { notation: "bpmn", graph, document, places };
}
