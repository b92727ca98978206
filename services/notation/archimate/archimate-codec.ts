import type { Codec } from "../notation.ts";
import { readArchimate, type ArchimateSource } from "./read-archimate.ts";
import { writeArchimate } from "./write-archimate.ts";

/** The root of an exchange file of any version, or of a file of the tool Archi, of which reading says what to do. */
const ROOT =
  /<(?:[\w.-]+:)?model\s[^>]*(?:www\.opengroup\.org\/xsd\/archimate|www\.archimatetool\.com\/archimate)/;

/** The Model Exchange File Format, 3.0 to 3.2. */
export const archimateCodec: Codec<ArchimateSource> = {
  notation: "archimate",
  mediaType: "application/xml",
  extensions: [".xml"],
  recognises: (start) => ROOT.test(start),
  read: readArchimate,
  write: writeArchimate,
};
