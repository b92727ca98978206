import { sameValue } from "../graph-draft.ts";
import type { Element, Properties, Relation, Value } from "../graph.ts";
import { attributeOf } from "../xml/query-xml.ts";
import { isExpression, itemFields, nameFieldOf, objectFields, objectTypes, type Field } from "./fields.ts";
import { itemKind, typeOfXml } from "./item-types.ts";
import { AMEIDE_NAMESPACE, MODEL_NAMESPACE, XSI_NAMESPACE } from "./namespaces.ts";
import { isFiller, objectNodes } from "./read-fields.ts";
import { childSlot, isReferenceType, schemaType } from "./schema.ts";
import {
  attach,
  detach,
  draftChildren,
  draftElement,
  draftsNamed,
  prefixFor,
  setAttribute,
  setText,
  type DraftElement,
} from "./xml-draft.ts";

/** Told of each reference that is written: what has no id in the file yet gets one. */
export type OnReference = (id: string) => void;

/** Writes what differs between an item as it was read and as it is to be. */
export function writeFields(
  node: DraftElement,
  was: Element | Relation | undefined,
  now: Element | Relation,
  onReference: OnReference,
): void {
  const isSameField = was !== undefined && nameFieldOf(was.type) === nameFieldOf(now.type);
  if (now.name !== was?.name || !isSameField) writeName(node, now);
  if (now.documentation !== (was?.documentation ?? "")) writeDocumentation(node, now);
  writeOwn(node, was, now);
  writeProperties(node, was, now, onReference);
}

function writeName(node: DraftElement, { type, name }: Element | Relation): void {
  const field = nameFieldOf(type);
  const isRequired = schemaType(type)?.attributes.get(field)?.isRequired ?? false;
  if (field !== "text") return setAttribute(node, field, name === "" && !isRequired ? undefined : name);
  const [text] = draftsNamed(node, field);
  if (text || name !== "") setText(text ?? addInOrder(node, type, field), name);
}

function writeDocumentation(node: DraftElement, { type, documentation }: Element | Relation): void {
  const [first, second] = draftsNamed(node, "documentation");
  // Without the first, the second would be taken for it.
  if (first && documentation === "" && !second) return detach(first);
  setText(first ?? addInOrder(node, type, "documentation"), documentation);
}

/** What BPMN has no place for goes into attributes of our own. */
function writeOwn(node: DraftElement, was: Element | Relation | undefined, now: Element | Relation): void {
  const [before, after] = [was && ownOf(was), ownOf(now)];
  for (const field of ["key", "lifecycle"] as const)
    if (before?.[field] !== after[field]) setAttribute(node, field, after[field], AMEIDE_NAMESPACE);
}

const ownOf = (item: Element | Relation): Pick<Element, "key" | "lifecycle"> =>
  "source" in item ? {} : item;

function writeProperties(
  node: DraftElement,
  was: Element | Relation | undefined,
  now: Element | Relation,
  onReference: OnReference,
): void {
  const isOther = was?.type !== now.type;
  for (const field of itemFields(now.type).values()) {
    const value = now.properties[field.name];
    // Of another type, the same property may stand elsewhere.
    const isDue = isOther && (value !== undefined || isFiller(field, ""));
    if (isDue || !sameValue(was?.properties[field.name], value))
      writeField(node, now.type, field, value, onReference);
  }
}

function writeField(
  node: DraftElement,
  type: string,
  field: Field,
  value: Value | undefined,
  onReference: OnReference,
): void {
  switch (field.place) {
    case "attribute":
      return setAttribute(node, field.xml, scalar(field, value, onReference));
    case "text": {
      const text = scalar(field, value, onReference);
      return writeTexts(node, type, field, text === undefined ? [] : [text]);
    }
    case "texts":
      return writeTexts(
        node,
        type,
        field,
        listOf(value).map((item) => scalar(field, item, onReference) ?? ""),
      );
    case "object":
    case "objects":
      return writeObjects(node, type, field, listOf(value), onReference);
  }
}

const listOf = (value: Value | undefined): readonly Value[] => {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? (value as readonly Value[]) : [value];
};

/** As text; undefined where nothing is to stand. */
function scalar(field: Field, value: Value | undefined, onReference: OnReference): string | undefined {
  if (value === undefined) return isFiller(field, "") ? "" : undefined;
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  if (isReferenceType(field.type)) onReference(text);
  return text;
}

function writeTexts(node: DraftElement, type: string, field: Field, texts: readonly string[]): void {
  const there = draftsNamed(node, field.xml);
  for (const [i, text] of texts.entries()) {
    const child = there[i] ?? addText(node, type, field);
    setText(child, text);
  }
  for (const child of there.slice(texts.length)) detach(child);
}

function addText(node: DraftElement, type: string, field: Field): DraftElement {
  const child = addInOrder(node, type, field.xml);
  // Engines take an expression for one only if it says that it is formal.
  if (isExpression(type, field.xml) && node.namespace === MODEL_NAMESPACE) {
    const prefix = prefixFor(child, node.namespace, true);
    setAttribute(child, "type", `${prefix === "" ? "" : `${prefix}:`}tFormalExpression`, XSI_NAMESPACE);
  }
  return child;
}

/** What is there already is kept with all that the graph does not know of it. */
function writeObjects(
  node: DraftElement,
  type: string,
  field: Field,
  values: readonly Value[],
  onReference: OnReference,
): void {
  const there = objectNodes(node, field) as DraftElement[];
  const free = [...there];
  const wanted = values.flatMap((value) => {
    const typeName = objectType(field, value);
    if (typeName === undefined) return [];
    const at = free.findIndex((child) => typeOfXml(child) === typeName);
    return [{ value: value as Properties, typeName, node: at < 0 ? undefined : free.splice(at, 1)[0] }];
  });
  const inPlace = wanted.length === there.length && wanted.every((want, i) => want.node === there[i]);
  if (!inPlace) for (const child of there) detach(child);
  for (const { value, typeName, node: old } of wanted) {
    const child = old ?? draftElement(node, node.namespace, typeName);
    if (!inPlace) attachInOrder(node, type, child);
    for (const inner of objectFields(typeName).values())
      writeField(child, typeName, inner, value[inner.name], onReference);
  }
}

/** The type that the object says, if the field can hold such objects. */
function objectType(field: Field, value: Value): string | undefined {
  const said = typeof value === "object" && value !== null && "type" in value ? value.type : undefined;
  return objectTypes(field).find((name) => name === said);
}

/** Another name for the element; what the new type cannot have goes, and what it can stays. */
export function changeType(node: DraftElement, was: string, now: string): void {
  const prefix = node.name.slice(0, -node.local.length);
  node.local = now;
  node.name = prefix + now;
  if (attributeOf(node, "type", XSI_NAMESPACE) !== undefined)
    setAttribute(node, "type", undefined, XSI_NAMESPACE);
  const may = schemaType(now)?.attributes;
  for (const name of schemaType(was)?.attributes.keys() ?? [])
    if (!may?.has(name)) setAttribute(node, name, undefined);
  for (const child of draftChildren(node)) {
    if (child.namespace !== node.namespace || itemKind(typeOfXml(child), now) !== undefined) continue;
    if (childSlot(was, child.local) !== undefined && childSlot(now, child.local) === undefined) detach(child);
  }
}

/** A new child where the schema wants it. */
export function addInOrder(parent: DraftElement, parentType: string, local: string): DraftElement {
  const child = draftElement(parent, parent.namespace, local);
  attachInOrder(parent, parentType, child);
  return child;
}

/** Before the first child that the schema wants after it. */
export function attachInOrder(parent: DraftElement, parentType: string, node: DraftElement): void {
  const slot = childSlot(parentType, node.local) ?? Infinity;
  const after = draftChildren(parent).find((child) => (childSlot(parentType, child.local) ?? -1) > slot);
  attach(parent, node, after);
}
