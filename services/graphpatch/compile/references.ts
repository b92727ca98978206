import type { Value } from "../../notation/graph.ts";
import type { NotationKit } from "../../notation/notation.ts";

export type Reference = "needs" | "mentions" | undefined;

/** Of vocabularies that do not say so themselves: what BPMN and DMN call their references. */
function referenceOf(kit: NotationKit, ownerType: string, property: string): Reference {
  if (kit.vocabulary.reference) return kit.vocabulary.reference(ownerType, property);
  if (kit.notation === "archimate") return undefined;
  if (property === "attachedToRef") return "needs";
  return /Refs?$/.test(property) || property === "default" || property === "lane" ? "mentions" : undefined;
}

/** The properties of an item, or names inside of them, that name one of the ids; "" when it is not in a property. */
export function referencesTo(
  kit: NotationKit,
  item: { readonly type: string; readonly properties: Readonly<Record<string, Value>> },
  ids: ReadonlySet<string>,
): { property: string; reference: Exclude<Reference, undefined> }[] {
  const found: { property: string; reference: Exclude<Reference, undefined> }[] = [];
  for (const [property, value] of Object.entries(item.properties)) {
    const kinds = new Set<Reference>();
    visit(value, property, (name, text) => {
      if (ids.has(text)) kinds.add(referenceOf(kit, item.type, name));
    });
    const reference = kinds.has("needs") ? "needs" : kinds.has("mentions") ? "mentions" : undefined;
    if (reference) found.push({ property, reference });
  }
  return found;
}

function visit(value: Value, name: string, see: (name: string, text: string) => void): void {
  if (typeof value === "string") see(name, value);
  else if (Array.isArray(value)) for (const inner of value as readonly Value[]) visit(inner, name, see);
  else if (typeof value === "object" && value !== null)
    for (const [key, inner] of Object.entries(value)) visit(inner as Value, key, see);
}

/** The value of a property without what names one of the ids; undefined when nothing is left of it. */
export function withoutReferences(
  kit: NotationKit,
  ownerType: string,
  name: string,
  value: Value,
  ids: ReadonlySet<string>,
): Value | undefined {
  if (typeof value === "string")
    return ids.has(value) && referenceOf(kit, ownerType, name) ? undefined : value;
  if (Array.isArray(value)) {
    const kept = (value as readonly Value[]).flatMap((inner) => {
      const rest = withoutReferences(kit, ownerType, name, inner, ids);
      return rest === undefined ? [] : [rest];
    });
    return kept.length > 0 ? kept : undefined;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => {
      const rest = withoutReferences(kit, ownerType, key, inner as Value, ids);
      return rest === undefined ? [] : [[key, rest]];
    }),
  );
}
