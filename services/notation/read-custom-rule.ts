import { COUNTED, type Condition, type CountCondition, type FieldCondition } from "./custom-rules.ts";

/** What is wrong with a condition, and where. */
export interface ConditionProblem {
  path: string;
  message: string;
}

const MOST_PARTS = 50;
const MOST_DEEP = 8;
const FIELD = /^(name|documentation|key|lifecycle|type|parent\.type|properties\..{1,200})$/s;

/** Makes a condition of JSON; tells all that is wrong with it. */
export function readCondition(
  json: unknown,
  path: string,
): { condition: Condition | undefined; problems: ConditionProblem[] } {
  const reader = new ConditionReader();
  const condition = reader.read(json, path, 1);
  return { condition: reader.problems.length === 0 ? condition : undefined, problems: reader.problems };
}

type Fields = Readonly<Record<string, unknown>>;

class ConditionReader {
  readonly problems: ConditionProblem[] = [];
  #parts = 0;

  read(json: unknown, path: string, depth: number): Condition | undefined {
    this.#parts += 1;
    if (this.#parts > MOST_PARTS) return this.#wrong(path, `has more than ${MOST_PARTS} parts`);
    if (depth > MOST_DEEP) return this.#wrong(path, `is more than ${MOST_DEEP} deep`);
    if (typeof json !== "object" || json === null || Array.isArray(json))
      return this.#wrong(path, "is no object");
    const fields = json as Fields;
    if ("all" in fields) return this.#several("all", fields, path, depth);
    if ("any" in fields) return this.#several("any", fields, path, depth);
    if ("not" in fields) {
      this.#only(fields, path, ["not"]);
      const not = this.read(fields["not"], `${path}.not`, depth + 1);
      return not && { not };
    }
    if ("field" in fields) return this.#field(fields, path);
    if ("count" in fields) return this.#count(fields, path);
    return this.#wrong(path, 'has none of "all", "any", "not", "field" and "count"');
  }

  #several(name: "all" | "any", fields: Fields, path: string, depth: number): Condition | undefined {
    this.#only(fields, path, [name]);
    const list = fields[name];
    if (!Array.isArray(list) || list.length === 0) return this.#wrong(`${path}.${name}`, "is no list");
    const inner = list.map((one, i) => this.read(one, `${path}.${name}[${i}]`, depth + 1));
    const conditions = inner.filter((one) => one !== undefined);
    return name === "all" ? { all: conditions } : { any: conditions };
  }

  #field(fields: Fields, path: string): FieldCondition | undefined {
    const { field, equals, in: list, contains, startsWith, minLength, maxLength } = fields;
    this.#only(fields, path, ["field", "equals", "in", "contains", "startsWith", "minLength", "maxLength"]);
    if (typeof field !== "string" || !FIELD.test(field)) this.#wrong(`${path}.field`, "is no field");
    if (equals !== undefined && !isScalar(equals))
      this.#wrong(`${path}.equals`, "is no text, number or boolean");
    if (list !== undefined && !(Array.isArray(list) && list.length <= 100 && list.every(isScalar)))
      this.#wrong(`${path}.in`, "is no list of at most 100 texts, numbers and booleans");
    for (const [name, value] of Object.entries({ contains, startsWith }))
      if (value !== undefined && (typeof value !== "string" || value.length > 500))
        this.#wrong(`${path}.${name}`, "is no text of at most 500 characters");
    this.#whole({ minLength, maxLength }, path);
    return fields as unknown as FieldCondition;
  }

  #count(fields: Fields, path: string): CountCondition | undefined {
    const { count, types, min, max } = fields;
    this.#only(fields, path, ["count", "types", "min", "max"]);
    if (!COUNTED.some((one) => one === count))
      this.#wrong(`${path}.count`, `is none of ${COUNTED.join(", ")}`);
    if (types !== undefined && !(Array.isArray(types) && types.every((one) => typeof one === "string")))
      this.#wrong(`${path}.types`, "is no list of texts");
    if (min === undefined && max === undefined) this.#wrong(path, 'has neither "min" nor "max"');
    this.#whole({ min, max }, path);
    return fields as unknown as CountCondition;
  }

  #whole(values: Fields, path: string): void {
    for (const [name, value] of Object.entries(values))
      if (value !== undefined && !(Number.isSafeInteger(value) && (value as number) >= 0))
        this.#wrong(`${path}.${name}`, "is no whole number");
  }

  #only(fields: Fields, path: string, names: readonly string[]): void {
    for (const name of Object.keys(fields))
      if (!names.includes(name)) this.#wrong(`${path}.${name}`, "is not known here");
  }

  #wrong(path: string, message: string): undefined {
    this.problems.push({ path, message });
  }
}

const isScalar = (value: unknown): boolean =>
  typeof value === "string" ||
  typeof value === "boolean" ||
  (typeof value === "number" && Number.isFinite(value));
