import type { JsonValue } from "@bufbuild/protobuf";
import { CATALOGUE } from "./operation-catalogue.ts";
import { SELECTORS } from "./selector-catalogue.ts";

/** The tables of docs/operations.md, from what the tests try. */
export function operationDocs(): Record<"operations" | "selectors", string> {
  const operations = CATALOGUE.map(
    ({ title, operation, says }) => `| ${title} | ${json(operation)} | ${cell(says)} |`,
  );
  const selectors = SELECTORS.map(
    ([title, selector, ids]) => `| ${title} | ${json(selector)} | ${ids.join(", ") || "–"} |`,
  );
  return {
    operations: ["| | operation | what a reviewer reads |", "|---|---|---|", ...operations].join("\n"),
    selectors: ["| | selector | finds |", "|---|---|---|", ...selectors].join("\n"),
  };
}

const json = (value: JsonValue): string => `\`${cell(JSON.stringify(snake(value)))}\``;
const cell = (text: string): string => text.replaceAll("|", "\\|");

/** As the contract names its fields; what is inside of properties is left alone. */
function snake(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(snake);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      name === "properties" ? inner : snake(inner),
    ]),
  );
}
