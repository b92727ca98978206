import {
  type ErrorDetail,
  ParseOption,
  XmlBufferInputProvider,
  XmlDocument,
  XmlLibError,
  xmlRegisterInputProvider,
  XmlStringOutputBufferHandler,
  XmlValidateError,
  XsdValidator,
} from "libxml2-wasm";

/** Files of official schemas by their name, or by the address under which others include them. */
export type SchemaFiles = Readonly<Record<string, Uint8Array>>;

/** What a schema says against a document; none: it is valid. */
export interface SchemaFault {
  readonly line: number;
  readonly message: string;
}

interface Entry {
  /** Of root elements that it judges. */
  readonly namespace: string;
  /** All must be there. */
  readonly imports: Readonly<Record<string, string>>;
}

const ENTRIES: readonly Entry[] = [
  {
    namespace: "http://www.omg.org/spec/BPMN/20100524/MODEL",
    imports: { "http://www.omg.org/spec/BPMN/20100524/MODEL": "bpmn/BPMN20.xsd" },
  },
  {
    namespace: "https://www.omg.org/spec/DMN/20191111/MODEL/",
    imports: { "https://www.omg.org/spec/DMN/20191111/MODEL/": "dmn/DMN13.xsd" },
  },
  {
    namespace: "http://www.opengroup.org/xsd/archimate/3.0/",
    imports: {
      "http://www.opengroup.org/xsd/archimate/3.0/": "archimate/archimate3_Diagram.xsd",
      "http://purl.org/dc/elements/1.1/": "archimate/dc.xsd",
    },
  },
];

const PARSING = ParseOption.XML_PARSE_HUGE | ParseOption.XML_PARSE_BIG_LINES | ParseOption.XML_PARSE_NOCDATA;

/** The official schemas that are at hand. Nothing but the given files is ever opened. */
export class Schemas {
  readonly #files: SchemaFiles;
  readonly #validators = new Map<string, XsdValidator>();

  constructor(files: SchemaFiles) {
    this.#files = files;
    xmlRegisterInputProvider(new XmlBufferInputProvider({ ...files }));
  }

  /** Whether there is one for documents with that root. */
  has(namespace: string): boolean {
    const entry = ENTRIES.find((one) => one.namespace === namespace);
    return entry !== undefined && Object.values(entry.imports).every((file) => file in this.#files);
  }

  /** All that is wrong with the document; undefined for one that libxml2 cannot read. */
  faults(file: Uint8Array, namespace: string): readonly SchemaFault[] | undefined {
    const validator = this.#validatorFor(namespace);
    const document = parse(file);
    if (document === undefined) return undefined;
    try {
      validator.validate(document);
      return [];
    } catch (error) {
      if (error instanceof XmlValidateError) return error.details.map(faultOf);
      throw error;
    } finally {
      document.dispose();
    }
  }

  #validatorFor(namespace: string): XsdValidator {
    let validator = this.#validators.get(namespace);
    if (validator === undefined) {
      const { imports } = ENTRIES.find((entry) => entry.namespace === namespace) ?? { imports: {} };
      const document = XmlDocument.fromString(entrySchema(imports), { url: "entry.xsd" });
      validator = XsdValidator.fromDoc(document);
      document.dispose();
      this.#validators.set(namespace, validator);
    }
    return validator;
  }
}

const entrySchema = (imports: Readonly<Record<string, string>>): string => {
  const lines = Object.entries(imports).map(
    ([namespace, file]) => `<xs:import namespace="${namespace}" schemaLocation="${file}"/>`,
  );
  return `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${lines.join("")}</xs:schema>`;
};

const faultOf = ({ line, message }: ErrorDetail): SchemaFault => ({ line, message: message.trim() });

function parse(file: Uint8Array): XmlDocument | undefined {
  try {
    return XmlDocument.fromBuffer(file, { option: PARSING });
  } catch (error) {
    // Such as an encoding or an undeclared prefix.
    if (error instanceof XmlLibError) return undefined;
    throw error;
  }
}

/** Canonical XML by a second opinion; undefined for what libxml2 does not take. */
export function canonicalByLibxml(file: Uint8Array): string | undefined {
  const document = parse(file);
  if (document === undefined) return undefined;
  try {
    const output = new XmlStringOutputBufferHandler();
    document.canonicalize(output, { mode: 0, withComments: true });
    return output.result;
  } catch {
    // Canonical XML is not defined for relative namespaces, which some tools write; libxml2 says no more than "failed".
    return undefined;
  } finally {
    document.dispose();
  }
}
