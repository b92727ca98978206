import { type Problem, UnreadableModel } from "../problem.ts";

interface Place {
  readonly line: number;
  readonly column: number;
}

/** The parser's words, and ours where they do not say what to do. */
const ADVICE: readonly [RegExp, Pick<Problem, "code" | "message">][] = [
  [
    /^undefined entity|in entity name/,
    {
      code: "XML_ENTITY",
      message:
        "There is a reference to an entity that XML does not define itself. Only &amp; &lt; &gt; &quot; &apos; and character numbers such as &#233; may be used.",
    },
  ],
  [
    /doctype/,
    { code: "XML_DOCTYPE", message: "There is a document type declaration (<!DOCTYPE …>). Remove it." },
  ],
  [
    /^disallowed character\.$|malformed character entity/,
    {
      code: "XML_CHARACTER",
      message:
        "There is a character that XML does not allow, such as a control character or a < within an attribute. Remove it, or write &lt; for <.",
    },
  ],
  [
    /must contain a root|outside of root/,
    {
      code: "XML_NOT_WELL_FORMED",
      message: "This is no XML file: there is something else than one root element.",
    },
  ],
  [
    /^unclosed tag|^unexpected end/,
    {
      code: "XML_NOT_WELL_FORMED",
      message: "The file ends before everything in it is closed. It may have been cut off.",
    },
  ],
];

/** What a parser says, `3:14: unclosed tag: a`, as a refusal. */
export function parsingProblem(said: string, place: Place): UnreadableModel {
  const detail = said.replace(/^\d+:\d+: /, "");
  const found = ADVICE.find(([pattern]) => pattern.test(detail))?.[1];
  const words = detail.slice(0, 200).replace(/\.$/, "");
  return new UnreadableModel({
    ...(found ?? {
      code: "XML_NOT_WELL_FORMED",
      message: `The file is not well-formed XML: ${words}. Export it again with the tool that made it.`,
    }),
    line: place.line,
    column: place.column + 1,
  });
}
