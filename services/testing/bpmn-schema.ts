import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import {
  XmlBufferInputProvider,
  XmlDocument,
  xmlRegisterInputProvider,
  XmlValidateError,
  XsdValidator,
} from "libxml2-wasm";

const FOLDER = join(
  createRequire(import.meta.url).resolve("bpmn-moddle/package.json"),
  "../resources/bpmn/xsd",
);
const FILES = ["BPMN20.xsd", "BPMNDI.xsd", "DC.xsd", "DI.xsd", "Semantic.xsd"];
let validator: XsdValidator | undefined;

/** What the schema of the OMG finds wrong with a file. */
export function schemaErrors(file: Uint8Array): string[] {
  validator ??= loadSchema();
  const document = XmlDocument.fromBuffer(file);
  try {
    validator.validate(document);
    return [];
  } catch (error) {
    if (error instanceof XmlValidateError)
      return error.details.map(({ message, line }) => `${line}: ${message}`);
    throw error;
  } finally {
    document.dispose();
  }
}

function loadSchema(): XsdValidator {
  const files = Object.fromEntries(FILES.map((name) => [name, readFileSync(join(FOLDER, name))]));
  xmlRegisterInputProvider(new XmlBufferInputProvider(files));
  const document = XmlDocument.fromBuffer(files["BPMN20.xsd"] as Uint8Array, { url: "BPMN20.xsd" });
  return XsdValidator.fromDoc(document);
}
