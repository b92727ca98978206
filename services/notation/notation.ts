import type { Change } from "./change.ts";
import type { Graph, Notation, Properties } from "./graph.ts";
import type { Problem } from "./problem.ts";

/**
 * What a codec keeps of a file beyond the graph: all of it. Opaque to everybody else. Writing takes it together with a
 * graph, and changes only what differs between that graph and the one that was read.
 */
export interface Source {
  readonly notation: Notation;
  /** The graph as it was read from the file. */
  readonly graph: Graph;
}

export interface ReadModel<S extends Source = Source> {
  readonly graph: Graph;
  readonly source: S;
  /** What was found wrong on the way; the rest is usable. Never of severity "error". */
  readonly problems: readonly Problem[];
}

/** Reads and writes the files of a notation. Pure: the same bytes give the same graph and the other way round. */
export interface Codec<S extends Source = Source> {
  readonly notation: Notation;
  /** Of what is written, such as "application/bpmn+xml". */
  readonly mediaType: string;
  /** Lower case, with the dot; the first is used for exports. */
  readonly extensions: readonly string[];
  /** Whether a file that begins like this is for this codec. */
  recognises(start: string): boolean;
  /** Throws UnreadableModel when nothing can be made of it. */
  read(file: Uint8Array): ReadModel<S>;
  /** Without a source a new file is written. read(write(graph, source)).graph equals graph. */
  write(graph: Graph, source?: S): Uint8Array;
}

/** What a type of element is. */
export interface ElementType {
  readonly name: string;
  /** What people call it: "User task". */
  readonly label: string;
  /** Other spellings that are taken, lower case without separators: "bpmn:usertask". */
  readonly aliases?: readonly string[];
  /** Of a new shape in a view; none: it has no shape of its own. */
  readonly size?: { readonly width: number; readonly height: number };
  /** The group that a reader would look for it in: "task", "gateway", "application". */
  readonly group: string;
}

export interface RelationType {
  readonly name: string;
  readonly label: string;
  readonly aliases?: readonly string[];
}

/** The words of a notation. */
export interface Vocabulary {
  readonly elements: ReadonlyMap<string, ElementType>;
  readonly relations: ReadonlyMap<string, RelationType>;
  /** The type of that name or alias, whatever its case. */
  elementType(name: string): ElementType | undefined;
  relationType(name: string): RelationType | undefined;
  /** How one connects two such things when nobody says how; undefined when they cannot be connected. */
  usualRelation(graph: Graph, sourceId: string, targetId: string): string | undefined;
  /** The element that would contain a new one of the type, next to `nearId` if given; undefined: the model itself. */
  usualParent(graph: Graph, type: string, nearId?: string): string | undefined;
  /** What a new element of the type has unless told otherwise: the lane of its neighbour. */
  usualProperties?(graph: Graph, type: string, nearId?: string): Properties;
  /**
   * Where an element of the type stands that is put into something which is nobody's parent (a lane, a pool): its
   * parent, and properties to set, null taking one away. Undefined: what it is put into becomes its parent.
   */
  inside?(
    graph: Graph,
    type: string,
    containerId: string,
  ): { readonly parent: string; readonly properties: Properties } | undefined;
  /** The element that would contain a new relation; without this: the nearest one that contains both ends. */
  relationParent?(graph: Graph, type: string, sourceId: string, targetId: string): string | undefined;
  /**
   * Whether a property names other items: "needs" when its owner goes with them (attachedToRef), "mentions" when only
   * the property does (default, lane). Also asked for names inside of lists and objects.
   */
  reference?(ownerType: string, property: string): "needs" | "mentions" | undefined;
  /**
   * How an element of the type holds what is grouped in it: as their parent (the default), by a relation, or not.
   * `bordered`: relations of these types lead to the container rather than across its border.
   */
  groups?(
    type: string,
  ):
    | { readonly by: "parent"; readonly bordered?: readonly string[] }
    | { readonly by: "drawing" }
    | { readonly by: "relation"; readonly type: string };
}

/** One rule of a notation. */
export interface Rule {
  /** "bpmn/no-flow-across-pools". */
  readonly id: string;
  readonly severity: Problem["severity"];
  /** What has to be so, in a sentence for people and agents. */
  readonly says: string;
  /** All violations that concern the items of the scope, with the rule's id as `code`; without a scope all there are. */
  check(graph: Graph, scope?: ReadonlySet<string>): Iterable<Problem>;
}

/** Gives new items a place; moves nothing else. */
export interface Layout {
  /**
   * Changes that draw the elements and relations in each view that shows what they belong to. Those that have a node
   * already, and relations that have a connection, are left alone. `near`: beside which element a new one is wanted.
   */
  place(graph: Graph, ids: readonly string[], near?: ReadonlyMap<string, string>): readonly Change[];
}

/** All there is to a notation. */
export interface NotationKit {
  readonly notation: Notation;
  readonly codec: Codec;
  readonly vocabulary: Vocabulary;
  readonly rules: readonly Rule[];
  readonly layout: Layout;
}
