export const XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";
export const XMLNS_NAMESPACE = "http://www.w3.org/2000/xmlns/";

/** A name as it is written, taken apart once for a whole file. */
export interface XmlName {
  readonly written: string;
  readonly local: string;
  readonly prefix: string;
  /** What the prefix stands for now, innermost last; undefined: it is not bound, or no longer. */
  readonly bound: (string | undefined)[];
  /** The prefix that it declares as a namespace declaration ("" for the default one); undefined: it is none. */
  readonly declares: string | undefined;
}

/**
 * The names and namespaces of a file while it is read. Looking up is one step whatever the depth and the number of
 * declarations, so that no file can make it slow.
 */
export class XmlNames {
  readonly #names = new Map<string, XmlName>();
  readonly #bindings = new Map<string, (string | undefined)[]>([
    ["xml", [XML_NAMESPACE]],
    ["xmlns", [XMLNS_NAMESPACE]],
  ]);
  readonly #uris = new Map<string, string>();

  /** Undefined for what is no qualified name, such as "a:b:c". */
  name(written: string): XmlName | undefined {
    return this.#names.get(written) ?? this.#add(written);
  }

  #add(written: string): XmlName | undefined {
    const colon = written.indexOf(":");
    const prefix = colon === -1 ? "" : written.slice(0, colon);
    const local = written.slice(colon + 1);
    if (colon === 0 || local === "" || local.includes(":")) return undefined;
    const declares = prefix === "xmlns" ? local : written === "xmlns" ? "" : undefined;
    const name = { written, local, prefix, bound: this.#stack(prefix), declares };
    this.#names.set(written, name);
    return name;
  }

  #stack(prefix: string): (string | undefined)[] {
    let stack = this.#bindings.get(prefix);
    if (stack === undefined) this.#bindings.set(prefix, (stack = []));
    return stack;
  }

  /** For an element's time; `release` ends it. An empty namespace takes the default one away. */
  bind(prefix: string, uri: string): void {
    let shared = this.#uris.get(uri);
    if (shared === undefined) this.#uris.set(uri, (shared = uri));
    this.#stack(prefix).push(shared === "" ? undefined : shared);
  }

  release(prefix: string): void {
    this.#stack(prefix).pop();
  }
}
