import type { Notation } from "../../notation/graph.ts";

/** A kind of artifact. Kinds that are not here are taken, too, as plain artifacts. */
export interface Kind {
  /** "namespace::kind", lower case. */
  readonly kind: string;
  readonly label: string;
  readonly description: string;
  /** None: it holds nothing but attachments. */
  readonly form?: "model" | "document";
  readonly notation?: Notation;
  readonly aliases: readonly string[];
}

const model = (
  notation: Notation,
  kind: string,
  label: string,
  description: string,
  ...aliases: string[]
): Kind => ({
  kind,
  label,
  description,
  form: "model",
  notation,
  aliases,
});
const document = (kind: string, label: string, description: string, ...aliases: string[]): Kind => ({
  kind,
  label,
  description,
  form: "document",
  aliases,
});
const plain = (kind: string, label: string, description: string, ...aliases: string[]): Kind => ({
  kind,
  label,
  description,
  aliases,
});

/** The first of a notation is what a file of it becomes. */
export const KINDS: readonly Kind[] = [
  model("archimate", "archimate::model", "Enterprise architecture", "An ArchiMate model.", "archimate"),
  model("archimate", "archimate::view", "Architecture view", "An ArchiMate model made for one view."),
  model("bpmn", "bpmn::process", "Business process", "A BPMN process.", "bpmn", "process"),
  model("bpmn", "bpmn::collaboration", "Collaboration", "BPMN processes that exchange messages."),
  document("common::document", "Document", "A text in Markdown.", "document", "markdown", "text"),
  plain("common::folder", "Folder", "Groups others.", "folder"),
  plain("common::image", "Image", "A picture, attached.", "image"),
  document("common::note", "Note", "A short text.", "note"),
  model("dmn", "dmn::decision", "Decision", "A DMN decision model.", "dmn", "decision"),
  document("doc::chapter", "Chapter", "A part of a book.", "chapter"),
  document("doc::section", "Section", "A part of a chapter.", "section"),
  model("uml", "uml::class", "Class diagram", "A UML class model.", "uml"),
  model("uml", "uml::component", "Component diagram", "A UML component model."),
];

const BY_NAME = new Map(
  KINDS.flatMap((kind) => [kind.kind, ...kind.aliases].map((name) => [name, kind] as const)),
);

/** What is known of a kind, or of another spelling of it. */
export const kindOf = (name: string): Kind | undefined => BY_NAME.get(name.toLowerCase());

/** What a file of the notation becomes when nobody says. */
export const kindOfNotation = (notation: string): string =>
  KINDS.find((kind) => kind.notation === notation)?.kind ?? notation;

export const DOCUMENT_KIND = "common::document";
