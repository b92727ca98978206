import { attributeOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";

export const idOf = (node: XmlElement): string | undefined => {
  const id = attributeOf(node, "id")?.trim();
  return id === "" ? undefined : id;
};

/** Gives each item an id of its own: the one that the file says, or one made of `base`. */
export class ItemIds {
  readonly #written: ReadonlySet<string>;
  readonly #taken = new Set<string>();
  readonly derived: Set<XmlElement>;
  /** Those whose id another item has already. */
  readonly duplicates: XmlElement[];

  constructor(
    written: ReadonlySet<string>,
    derived: Set<XmlElement> = new Set(),
    duplicates: XmlElement[] = [],
  ) {
    this.#written = written;
    this.derived = derived;
    this.duplicates = duplicates;
  }

  /** Ids that only have to be unique within a view. */
  within(): ItemIds {
    return new ItemIds(this.#written, this.derived, this.duplicates);
  }

  claim(node: XmlElement, base: string): string {
    const written = idOf(node);
    // References with a "#" inside lead to other files.
    const id = written?.includes("#") ? undefined : written;
    if (id !== undefined && !this.#taken.has(id)) {
      this.#taken.add(id);
      return id;
    }
    if (id !== undefined) this.duplicates.push(node);
    this.derived.add(node);
    const start = id ?? base;
    let made = start;
    for (let n = id === undefined ? 1 : 2; made === start || this.#isKnown(made); n++) made = `${start}_${n}`;
    this.#taken.add(made);
    return made;
  }

  #isKnown(id: string): boolean {
    return this.#taken.has(id) || this.#written.has(id);
  }
}
