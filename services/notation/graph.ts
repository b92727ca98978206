/**
 * The canonical graph: what every modelled artifact means, whatever file it came from. Values are never changed in
 * place, so that versions of a graph share what they have in common.
 */

export const NOTATIONS = ["bpmn", "archimate", "uml", "dmn"] as const;
export type Notation = (typeof NOTATIONS)[number];

/** JSON; numbers are finite. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [name: string]: Value };

/** What a notation says of an item beyond its own fields; names are the format's own, such as "isExecutable". */
export type Properties = Readonly<Record<string, Value>>;

/** Whether it is there yet, and for how long. */
export type Lifecycle = "planned" | "current" | "retiring" | "retired";

/** Something that the model is about: a task, a lane, an application component, a class, a decision. */
export interface Element {
  /** The file's own id; unique among elements, relations and views of the model. */
  readonly id: string;
  /** A name for programs that survives a change of id, such as "process.order-validation". */
  readonly key?: string;
  /** As the format spells it: "userTask", "ApplicationComponent", "class". */
  readonly type: string;
  /** In the model's main language; empty when it has none. */
  readonly name: string;
  /** The element that contains it. */
  readonly parent?: string;
  readonly documentation: string;
  readonly lifecycle?: Lifecycle;
  readonly properties: Properties;
}

/** How two things belong together. Ends may be elements or, where the notation allows it, relations. */
export interface Relation {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly source: string;
  readonly target: string;
  /** The element that contains it, where the notation has one: the process of a sequence flow. */
  readonly parent?: string;
  readonly documentation: string;
  readonly properties: Properties;
}

/** In the view's own pixels; x grows to the right, y downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Bounds extends Point {
  readonly width: number;
  readonly height: number;
}

/** A diagram: how some of the model is drawn. Dropping one changes no element. */
export interface View {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** The element that it draws the inside of, where the notation has one: a process, a collaboration. */
  readonly element?: string;
  readonly documentation: string;
  readonly properties: Properties;
  readonly nodes: ReadonlyMap<string, ViewNode>;
  readonly connections: ReadonlyMap<string, ViewConnection>;
}

/** A box of a view. Ids of nodes and connections are unique within their view. */
export interface ViewNode {
  readonly id: string;
  /** What it stands for; none for notes and frames. */
  readonly element?: string;
  /** The node that it is drawn inside of, where the format nests them. */
  readonly parent?: string;
  /** None when the file has none. */
  readonly bounds?: Bounds;
  /** Where its label is, when that has a place of its own. */
  readonly label?: Bounds;
  /** Colours, fonts, whether it is expanded, the text of a note. */
  readonly properties: Properties;
}

/** A line of a view. */
export interface ViewConnection {
  readonly id: string;
  /** What it stands for; none for lines to notes. */
  readonly relation?: string;
  /** Nodes, or connections, of the same view; none where the format leaves them to the relation. */
  readonly source?: string;
  readonly target?: string;
  /** From the first to the last point that the file gives; ArchiMate gives inner points only. */
  readonly waypoints: readonly Point[];
  readonly label?: Bounds;
  readonly properties: Properties;
}

/** A whole model. The maps are in document order. */
export interface Graph {
  readonly notation: Notation;
  /** The model's own id, as the file gives it; empty when it gives none. */
  readonly id: string;
  readonly name: string;
  readonly documentation: string;
  readonly properties: Properties;
  readonly elements: ReadonlyMap<string, Element>;
  readonly relations: ReadonlyMap<string, Relation>;
  readonly views: ReadonlyMap<string, View>;
}

export function emptyGraph(notation: Notation): Graph {
  return {
    notation,
    id: "",
    name: "",
    documentation: "",
    properties: {},
    elements: new Map(),
    relations: new Map(),
    views: new Map(),
  };
}
