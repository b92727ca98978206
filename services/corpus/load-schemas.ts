import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { SchemaFiles } from "../notation/corpus/schemas.ts";

/** Found in a folder of schemas, these are the ones of ArchiMate. */
export const ARCHIMATE_SCHEMA = "archimate3_Diagram.xsd";

/** Where other schemas say that this one is. */
const XML_SCHEMA = ["http://www.w3.org/2001/xml.xsd", "http://www.w3.org/2001/03/xml.xsd"];

/** The official schemas: those of BPMN and DMN come with their libraries, those of ArchiMate from the folder. */
export function loadSchemas(archimateFolder: string | undefined): SchemaFiles {
  const files: Record<string, Uint8Array> = {
    ...schemasIn("bpmn/", packageFolder("bpmn-moddle", "resources/bpmn/xsd")),
    ...schemasIn("dmn/", packageFolder("dmn-moddle", "resources/dmn/xsd")),
    ...(archimateFolder !== undefined && schemasIn("archimate/", archimateFolder)),
  };
  const xml = files["archimate/xml.xsd"];
  if (xml) for (const address of XML_SCHEMA) files[address] = xml;
  return files;
}

function schemasIn(prefix: string, folder: string): SchemaFiles {
  const names = readdirSync(folder).filter((name) => name.endsWith(".xsd"));
  return Object.fromEntries(names.map((name) => [prefix + name, readFileSync(join(folder, name))]));
}

/** A folder that comes with a package, wherever in it the main file is. */
function packageFolder(name: string, inside: string): string {
  let folder = dirname(fileURLToPath(import.meta.resolve(name)));
  while (!existsSync(join(folder, inside))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`the package ${name} has no ${inside}`);
    folder = above;
  }
  return join(folder, inside);
}
