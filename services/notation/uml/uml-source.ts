import type { Source } from "../notation.ts";
import type { JsonDocument, JsonObject } from "./json-tree.ts";

/** A file, and where in it each item of the graph is. */
export interface UmlSource extends Source {
  readonly notation: "uml";
  readonly document: JsonDocument;
  readonly places: Places;
}

export interface Places {
  readonly elements: ReadonlyMap<string, JsonObject>;
  readonly relations: ReadonlyMap<string, JsonObject>;
  readonly views: ReadonlyMap<string, ViewPlaces>;
}

export interface ViewPlaces {
  readonly object: JsonObject;
  readonly nodes: ReadonlyMap<string, JsonObject>;
  readonly connections: ReadonlyMap<string, JsonObject>;
}
