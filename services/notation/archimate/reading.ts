import type { Problem } from "../problem.ts";
import { attributeOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import type { Format } from "./exchange-format.ts";
import type { PropertyDefinition } from "./property-definitions.ts";

/** Where the parts of a view are in the file. */
export interface ViewParts {
  readonly xml: XmlElement;
  readonly nodes: ReadonlyMap<string, XmlElement>;
  readonly connections: ReadonlyMap<string, XmlElement>;
}

/** What is needed, and what was found wrong, while a file is read. */
export class Reading {
  readonly format: Format;
  readonly definitions: ReadonlyMap<string, PropertyDefinition>;
  readonly problems: Problem[];
  readonly #ids = new Set<string>();
  /** What has the id of something else, by that id: when that goes, it must not take its place. */
  readonly duplicates = new Map<string, XmlElement[]>();

  constructor(format: Format, definitions: ReadonlyMap<string, PropertyDefinition>, problems: Problem[]) {
    this.format = format;
    this.definitions = definitions;
    this.problems = problems;
  }

  /** The id of an element, relationship or view; undefined for one that cannot be told from others. */
  modelId(xml: XmlElement, what: string): string | undefined {
    const id = this.localId(xml, what, (taken) => this.#ids.has(taken));
    if (id !== undefined) this.#ids.add(id);
    return id;
  }

  localId(xml: XmlElement, what: string, isTaken: (id: string) => boolean): string | undefined {
    const id = attributeOf(xml, "identifier");
    if (id === undefined || id === "") {
      this.warn(xml, "MISSING_ID", `A ${what} without an identifier is kept in the file and not shown.`);
      return undefined;
    }
    if (!isTaken(id)) return id;
    const others = this.duplicates.get(id);
    if (others) others.push(xml);
    else this.duplicates.set(id, [xml]);
    this.warn(xml, "DUPLICATE_ID", `A second ${id}: this ${what} is kept in the file and not shown.`, id);
    return undefined;
  }

  dangling(xml: XmlElement, message: string, itemId?: string): void {
    this.warn(xml, "DANGLING_REFERENCE", message, itemId);
  }

  warn({ line, column }: XmlElement, code: string, message: string, itemId?: string): void {
    this.problems.push({
      severity: "warning",
      code,
      message,
      ...(itemId !== undefined && { itemId }),
      line,
      column,
    });
  }
}
