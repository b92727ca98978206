import type { Element, Relation, Value } from "../notation/graph.ts";
import { idText, quoted, shortened } from "./engine/write-words.ts";
import type { FieldChange, NetDelta, NetItems } from "./net-delta.ts";

const NAME = 80;

/** What a version did, a line for each item: "+" is new, "-" gone, "~" different. */
export function deltaLines(version: number, delta: NetDelta): string[] {
  const { elements, relations, modelFields, layout } = delta;
  const lines = [
    ...elements.added.map((element) => `+ ${elementWords(element)}`),
    ...relations.added.map((relation) => `+ ${relationWords(relation)}`),
    ...changedLines(elements),
    ...changedLines(relations),
    ...(modelFields.length > 0 ? [`~ the model ${fieldWords(modelFields)}`] : []),
    ...relations.removed.map((relation) => `- ${relationWords(relation)}`),
    ...elements.removed.map((element) => `- ${elementWords(element)}`),
  ];
  if (lines.length > 0) return [`version ${version}:`, ...lines];
  return [`version ${version}: ${layout ? "only the layout is different" : "nothing is different"}`];
}

function elementWords({ type, id, name, parent }: Element): string {
  const inside = parent === undefined ? "" : `in ${idText(parent)}`;
  return [idText(type), idText(id), quoted(name, NAME), inside].filter((word) => word !== "").join(" ");
}

function relationWords({ type, id, name, source, target }: Relation): string {
  const words = [idText(type), idText(id), quoted(name, NAME), idText(source), ">", idText(target)];
  return words.filter((word) => word !== "").join(" ");
}

const changedLines = ({ changed }: NetItems<Element | Relation>) =>
  changed.map(({ id, fields }) => `~ ${idText(id)} ${fieldWords(fields)}`);

const fieldWords = (fields: readonly FieldChange[]) =>
  fields
    .map(({ field, from, to }) => `${shortened(field, NAME)} ${valueText(from)} to ${valueText(to)}`)
    .join(", ");

function valueText(value: Value | undefined): string {
  if (value === undefined || value === "") return "nothing";
  return typeof value === "string"
    ? quoted(value, NAME) || "nothing"
    : shortened(JSON.stringify(value), NAME);
}
