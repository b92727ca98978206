import { attributeOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";

/** The ids of a file: what references mean, and ids for what has none. */
export class FileIds {
  readonly #byId = new Map<string, XmlElement>();
  readonly #duplicates: XmlElement[] = [];
  readonly #taken = new Set<string>();
  /** Things whose id is not, or not only theirs, in the file. */
  readonly derived = new Set<XmlElement>();
  readonly #own: ReadonlySet<string>;
  readonly #imported: ReadonlySet<string>;
  readonly #foreign: ReadonlySet<string>;

  /** `isOurs`: of the namespaces whose ids are XML ids; extensions may use theirs as they like. */
  constructor(root: XmlElement, isOurs: (node: XmlElement) => boolean) {
    this.#collect(root, isOurs);
    const target = attributeOf(root, "targetNamespace");
    this.#own = prefixesOf(root, (namespace) => namespace === target);
    this.#imported = importedPrefixes(root);
    this.#foreign = foreignPrefixes(root);
  }

  get duplicates(): readonly XmlElement[] {
    return this.#duplicates;
  }

  #collect(node: XmlElement, isOurs: (node: XmlElement) => boolean): void {
    const id = idOf(node);
    if (id !== undefined && isOurs(node)) {
      if (this.#byId.has(id)) this.#duplicates.push(node);
      else this.#byId.set(id, node);
    }
    for (const child of node.children) if (child.kind === "element") this.#collect(child, isOurs);
  }

  /** The id of an item: its own if no item before it has it, otherwise one made of `base`. */
  claim(node: XmlElement, base: string): string {
    const id = idOf(node);
    if (id !== undefined && !this.#taken.has(id)) {
      // Items come before things that are none: references to a doubtful id rather mean an item.
      this.#byId.set(id, node);
      this.#taken.add(id);
      return id;
    }
    this.derived.add(node);
    const start = id ?? base;
    let made = id === undefined ? start : `${start}_2`;
    for (let n = 2; this.#taken.has(made) || this.#byId.has(made); n++) made = `${start}_${n}`;
    this.#taken.add(made);
    return made;
  }

  /** What a reference names within the file; undefined when that is not there. */
  find(reference: string): XmlElement | undefined {
    return this.#byId.get(this.resolve(reference));
  }

  /** The id that a reference means; references may be qualified names. What is unknown stays as it is. */
  resolve(reference: string): string {
    const ref = reference.trim();
    const colon = ref.indexOf(":");
    if (colon < 0 || this.#byId.has(ref) || this.#imported.has(ref.slice(0, colon))) return ref;
    const local = ref.slice(colon + 1);
    // A prefix of this file's own namespace says nothing, even where the thing is gone.
    return this.#own.has(ref.slice(0, colon)) || this.#byId.has(local) ? local : ref;
  }

  /** Whether a reference leads to another file, or is a word of some tool: its prefix is of another namespace. */
  isExternal(reference: string): boolean {
    const ref = reference.trim();
    return this.#foreign.has(ref.slice(0, Math.max(0, ref.indexOf(":"))));
  }
}

export const idOf = (node: XmlElement): string | undefined => {
  const id = node.attributes.find(({ name }) => name === "id")?.value.trim();
  return id === "" ? undefined : id;
};

/** The prefixes of the root whose namespaces are imported from other files. */
function importedPrefixes(root: XmlElement): ReadonlySet<string> {
  const imported = new Set<string>();
  for (const child of root.children)
    if (child.kind === "element" && child.local === "import")
      for (const { name, value } of child.attributes) if (name === "namespace") imported.add(value);
  imported.delete(attributeOf(root, "targetNamespace") ?? "");
  return prefixesOf(root, (namespace) => imported.has(namespace));
}

/** Neither of this file nor of BPMN itself. */
function foreignPrefixes(root: XmlElement): ReadonlySet<string> {
  const own = new Set([root.namespace, attributeOf(root, "targetNamespace")]);
  return prefixesOf(root, (namespace) => !own.has(namespace));
}

function prefixesOf(root: XmlElement, isOne: (namespace: string) => boolean): ReadonlySet<string> {
  const declared = root.attributes.filter(({ name, value }) => name.startsWith("xmlns:") && isOne(value));
  return new Set(declared.map(({ local }) => local));
}
