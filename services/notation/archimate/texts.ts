import { makeAttribute, makeText } from "../xml/make-xml.ts";
import { childrenOf, textOf } from "../xml/query-xml.ts";
import type { XmlElement } from "../xml/xml-tree.ts";
import { withChild, withoutChildren, withReplaced, type Place } from "./edit-children.ts";
import { languageOf, newElement, type Format } from "./exchange-format.ts";

/**
 * Of texts in several languages: the one in the main language of the model, else the one in none, else the first. The
 * others stay in the file.
 */
export function mainText(texts: readonly XmlElement[], language: string | undefined): XmlElement | undefined {
  return (
    texts.find((text) => languageOf(text) === language) ??
    texts.find((text) => languageOf(text) === undefined) ??
    texts[0]
  );
}

/** The text of a name, label, documentation or value; undefined when there is none. */
export function readText(parent: XmlElement, local: string, format: Format): string | undefined {
  const text = mainText(childrenOf(parent, format.namespace, local), format.language);
  return text && textOf(text);
}

export function newText(format: Format, local: string, text: string): XmlElement {
  const { language } = format;
  const element = newElement(format, local, {}, text === "" ? [] : [makeText(text)]);
  return language === undefined ? element : { ...element, attributes: [makeAttribute("xml:lang", language)] };
}

const withText = (element: XmlElement, text: string): XmlElement => ({
  ...element,
  children: text === "" ? [] : [makeText(text)],
});

/** With another text in the main language; undefined takes the texts of all languages away. */
export function setText(
  parent: XmlElement,
  local: string,
  text: string | undefined,
  place: Place,
): XmlElement {
  const { format } = place;
  const texts = childrenOf(parent, format.namespace, local);
  if (text === undefined) return withoutChildren(parent, new Set(texts));
  const main = mainText(texts, format.language);
  if (!main) return withChild(parent, newText(format, local, text), place);
  return withReplaced(parent, new Map([[main, withText(main, text)]]));
}

/** As setText, for a text that may be missing when it is empty: it goes when it is the only one. */
export function setOptionalText(parent: XmlElement, local: string, text: string, place: Place): XmlElement {
  const texts = childrenOf(parent, place.format.namespace, local);
  return setText(parent, local, text === "" && texts.length <= 1 ? undefined : text, place);
}
