import type { Codec } from "../notation.ts";
import { readUml } from "./read-uml.ts";
import type { UmlSource } from "./uml-source.ts";
import { writeUml } from "./write-uml.ts";

/** UML class and component diagrams in the format "ameide-uml", which ameide-uml-1.schema.json describes. */
export const umlCodec: Codec<UmlSource> = {
  notation: "uml",
  mediaType: "application/vnd.ameide.uml+json",
  extensions: [".uml.json"],
  recognises: (start) => /^\uFEFF?\s*\{/.test(start) && /"format"\s*:\s*"ameide-uml"/.test(start),
  read: readUml,
  write: writeUml,
};
