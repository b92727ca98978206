import type { Graph } from "../graph.ts";
import type { Codec } from "../notation.ts";
import type { Problem } from "../problem.ts";
import { makeAttribute, makeElement } from "../xml/make-xml.ts";
import { readXml } from "../xml/read-xml.ts";
import { writeXml } from "../xml/write-xml.ts";
import type { XmlDocument } from "../xml/xml-tree.ts";
import { checkFile } from "./check-file.ts";
import type { DmnSource } from "./dmn-source.ts";
import { DC_NAMESPACE, DEFAULT_NAMESPACE, DI_NAMESPACE, DMN_1_3, isDmnNamespace } from "./namespaces.ts";
import { readDmn } from "./read-dmn.ts";
import { writeDmn } from "./write-dmn.ts";

/** DMN 1.1 to 1.5; a file stays in its version, new ones are 1.3. */
export const dmnCodec: Codec<DmnSource> = {
  notation: "dmn",
  mediaType: "application/dmn+xml",
  extensions: [".dmn", ".dmn11.xml", ".dmn.xml"],
  recognises: (start) => isDmnNamespace(namespaceOfDefinitions(start)),
  read(file) {
    const problems: Problem[] = [];
    const document = readXml(file, { onProblem: (problem) => problems.push(problem) });
    const { source, duplicates } = sourceOf(document);
    return { graph: source.graph, source, problems: [...problems, ...checkFile(source, duplicates)] };
  },
  write(graph: Graph, source?: DmnSource) {
    const from = source ?? sourceOf(newFile()).source;
    return writeXml(graph === from.graph ? from.document : writeDmn(graph, from));
  },
};

/** Of the first element, if that is <definitions>: files of other kinds name the namespaces of DMN too. */
function namespaceOfDefinitions(start: string): string {
  const [, prefix, attributes = ""] = /<(?:([\w.-]+):)?definitions\s([^>]*)/.exec(start) ?? [];
  const declared = attributes.matchAll(/xmlns(?::([\w.-]+))?\s*=\s*["']([^"']*)["']/g);
  for (const [, name, namespace = ""] of declared) if (name === prefix) return namespace;
  return "";
}

function sourceOf(document: XmlDocument) {
  const { graph, places, ids } = readDmn(document.root);
  const source: DmnSource = { notation: "dmn", graph, document, places };
  return { source, duplicates: ids.duplicates };
}

/** An empty DMN file, with the prefixes that most tools use. */
function newFile(): XmlDocument {
  const attributes = [
    makeAttribute("xmlns", DMN_1_3.model),
    makeAttribute("xmlns:dmndi", DMN_1_3.di),
    makeAttribute("xmlns:dc", DC_NAMESPACE),
    makeAttribute("xmlns:di", DI_NAMESPACE),
    makeAttribute("name", ""),
    makeAttribute("namespace", DEFAULT_NAMESPACE),
  ];
  const root = makeElement({ name: "definitions", namespace: DMN_1_3.model, attributes });
  return { prolog: [], root, epilog: [] };
}
