import type { NotationKit } from "../../notation/notation.ts";
import type { Kits } from "./content-deps.ts";

/** The notations of the list, the first that takes a file first. */
export function createKits(list: readonly NotationKit[]): Kits {
  const byNotation = new Map<string, NotationKit>(list.map((kit) => [kit.notation, kit]));
  return {
    of: (notation) => byNotation.get(notation),
    recognise: (start) => list.find(({ codec }) => codec.recognises(start)),
  };
}
