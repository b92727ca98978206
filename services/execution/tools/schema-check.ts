import { Ajv2020, type ErrorObject, type ValidateFunction } from "ajv/dist/2020.js";

/** JSON Schema 2020-12. */
export type JsonSchema = Record<string, unknown>;

/** A model that is wrong in everything need not read everything. */
const MOST_PROBLEMS = 8;

/** Formats are what `pattern` beside them says; a keyword that nobody knows is a mistake of ours. */
const ajv = new Ajv2020({ allErrors: true, strict: true, validateFormats: false });
const compiled = new WeakMap<JsonSchema, ValidateFunction>();

/** What is wrong with a value, in words; nothing when it matches. `root` is what the whole of it is called. */
export function schemaProblems(schema: JsonSchema, value: unknown, root: string): string[] {
  const known = compiled.get(schema);
  const validate = known ?? ajv.compile(schema);
  if (!known) compiled.set(schema, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).slice(0, MOST_PROBLEMS).map((error) => inWords(error, root));
}

function inWords(error: ErrorObject, root: string): string {
  const { instancePath, message = "is wrong", keyword, params } = error;
  const path = instancePath.slice(1).replaceAll("/", ".") || root;
  const within = (name: unknown) => (instancePath === "" ? String(name) : `${path}.${String(name)}`);
  if (keyword === "required") return `${within(params["missingProperty"])}: is missing`;
  if (keyword === "additionalProperties") return `${within(params["additionalProperty"])}: is not known`;
  if (keyword === "enum")
    return `${path}: must be one of ${(params["allowedValues"] as unknown[]).join(", ")}`;
  return `${path}: ${message}`;
}
