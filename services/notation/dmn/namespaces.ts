import type { XmlElement } from "../xml/xml-tree.ts";

/** Of a version of DMN: its model, its diagrams. */
export interface DmnVersion {
  readonly name: string;
  readonly model: string;
  readonly di: string;
}

export const DC_NAMESPACE = "http://www.omg.org/spec/DMN/20180521/DC/";
export const DI_NAMESPACE = "http://www.omg.org/spec/DMN/20180521/DI/";
/** Ours: what DMN has no place for. The same in BPMN files. */
export const AMEIDE_NAMESPACE = "urn:ameide:model:1";
/** Of files that are made here; a file that has it says nothing by it. */
export const DEFAULT_NAMESPACE = "urn:ameide:dmn";

export const DMN_1_3: DmnVersion = {
  name: "1.3",
  model: "https://www.omg.org/spec/DMN/20191111/MODEL/",
  di: "https://www.omg.org/spec/DMN/20191111/DMNDI/",
};
const DMN_1_2: DmnVersion = {
  name: "1.2",
  model: "http://www.omg.org/spec/DMN/20180521/MODEL/",
  di: "http://www.omg.org/spec/DMN/20180521/DMNDI/",
};
// DMN 1.1 has no diagrams of its own; those of 1.2 are what its tools moved to.
const VERSIONS: readonly DmnVersion[] = [
  { name: "1.1", model: "http://www.omg.org/spec/DMN/20151101/dmn.xsd", di: DMN_1_2.di },
  DMN_1_2,
  DMN_1_3,
  {
    name: "1.4",
    model: "https://www.omg.org/spec/DMN/20211108/MODEL/",
    di: "https://www.omg.org/spec/DMN/20211108/DMNDI/",
  },
  {
    name: "1.5",
    model: "https://www.omg.org/spec/DMN/20230324/MODEL/",
    di: "https://www.omg.org/spec/DMN/20230324/DMNDI/",
  },
];

const DMN = /\/DMN\/(\d{8})?/i;
/** Some tools write the address of the schema, such as ".../20151101/dmn11.xsd". */
const dateIn = (namespace: string): string => DMN.exec(namespace)?.[1] ?? "";

/** Undefined when it is no version that is known. */
export function knownVersion({ namespace }: XmlElement): DmnVersion | undefined {
  const date = dateIn(namespace);
  const known = date === "" ? undefined : VERSIONS.find(({ model }) => dateIn(model) === date);
  return known && { ...known, model: namespace };
}

/** What the file's elements are read and written in. */
export const versionOf = (root: XmlElement): DmnVersion =>
  knownVersion(root) ?? { ...DMN_1_3, model: root.namespace };

export const isDmnNamespace = (namespace: string): boolean => DMN.test(namespace);

export const isDmnRoot = (root: XmlElement): boolean =>
  root.local === "definitions" && isDmnNamespace(root.namespace);
