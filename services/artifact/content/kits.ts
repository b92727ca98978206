import type { Codec, NotationKit } from "../../notation/notation.ts";
import { startOfFile } from "../../notation/xml/decode-xml.ts";
import type { Kits } from "./content-deps.ts";

/** The notations of the list; `codecFor` knows files by what is in them. */
export function createKits(
  list: readonly NotationKit[],
  codecFor: (file: Uint8Array) => Codec | undefined = (file) =>
    list.find(({ codec }) => codec.recognises(startOfFile(file)))?.codec,
): Kits {
  const byNotation = new Map<string, NotationKit>(list.map((kit) => [kit.notation, kit]));
  return {
    of: (notation) => byNotation.get(notation),
    recognise: (file) => byNotation.get(codecFor(file)?.notation ?? ""),
  };
}
