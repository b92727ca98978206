import { makeAttribute, makeElement } from "../xml/make-xml.ts";
import type { XmlDocument } from "../xml/xml-tree.ts";
import {
  DD_DC_NAMESPACE,
  DD_DI_NAMESPACE,
  DEFAULT_TARGET_NAMESPACE,
  DI_NAMESPACE,
  MODEL_NAMESPACE,
  PREFIXES,
  XSI_NAMESPACE,
} from "./namespaces.ts";

const DECLARED = [MODEL_NAMESPACE, DI_NAMESPACE, DD_DC_NAMESPACE, DD_DI_NAMESPACE, XSI_NAMESPACE];

/** An empty BPMN file, with the prefixes that most tools use. */
export function newFile(): XmlDocument {
  const attributes = [
    ...DECLARED.map((namespace) => makeAttribute(`xmlns:${PREFIXES[namespace]}`, namespace)),
    makeAttribute("targetNamespace", DEFAULT_TARGET_NAMESPACE),
  ];
  const root = makeElement({
    name: `${PREFIXES[MODEL_NAMESPACE]}:definitions`,
    namespace: MODEL_NAMESPACE,
    attributes,
  });
  return { prolog: [], root, epilog: [] };
}
