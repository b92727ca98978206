import { SaxesParser } from "saxes";
import { UnreadableModel } from "../problem.ts";
import { PrologGuard } from "./check-prolog.ts";
import { decodeXml } from "./decode-xml.ts";
import { parsingProblem } from "./parsing-problem.ts";
import { XmlBuilder } from "./xml-builder.ts";
import { type ReadXmlOptions, XML_LIMITS, type XmlLimits } from "./xml-limits.ts";
import type { XmlDocument } from "./xml-tree.ts";

/**
 * Reads a file. Throws UnreadableModel, with line and column, for what is not well-formed, for a DOCTYPE and for what
 * is over a limit; nothing outside the file is ever opened, and no entity but the five of XML itself is known.
 */
export function readXml(file: Uint8Array, options: ReadXmlOptions = {}): XmlDocument {
  const limits = { ...XML_LIMITS, ...options.limits };
  if (file.length > limits.bytes) throw fileTooLarge(file.length, limits.bytes);
  const parser = new SaxesParser({ xmlns: false, forceXMLVersion: true, defaultXMLVersion: "1.0" });
  const builder = new XmlBuilder(parser, limits, options.onProblem);
  parser.on("error", (error) => {
    throw parsingProblem(error.message, parser);
  });
  const guard = new PrologGuard(limits.attributeLength);
  let begun = false;
  let fed = 0;
  const parse = (held: string): void => {
    const text = begun ? held : withoutDeclaration(held, parser, options);
    begun = true;
    fed += text.length;
    parser.write(text);
  };
  for (const { text, end } of decodeXml(file, options.onProblem)) {
    options.onProgress?.(end);
    const ready = begun ? text : guard.push(text, file.subarray(end));
    if (ready === undefined) continue;
    parse(ready);
    checkPending(builder, fed - builder.said, file.subarray(end), limits);
  }
  if (!begun) parse(guard.take());
  parser.close();
  const tree = builder.document();
  return { ...tree, origin: { file, tree } };
}

const DECLARATION = /^\uFEFF?([\t\n\r ]*)(<\?xml(?=[\s?])[^?<]*\?>)/i;
const STRICT =
  /^<\?xml\s+version\s*=\s*(["'])1\.\d+\1(\s+encoding\s*=\s*(["'])[A-Za-z][\w.-]*\3)?(\s+standalone\s*=\s*(["'])(yes|no)\5)?\s*\?>$/;

/** All that the declaration says has been heard when the file was decoded; some tools write it slightly wrong. */
function withoutDeclaration(text: string, parser: SaxesParser, options: ReadXmlOptions): string {
  const [all = "", space = "", declaration = ""] = DECLARATION.exec(text) ?? [];
  if (all === "") return text;
  const lines = all.split("\n");
  parser.line += lines.length - 1;
  parser.column = lines.at(-1)?.length ?? 0;
  if (space !== "" || !STRICT.test(declaration)) {
    options.onProblem?.({
      severity: "info",
      code: "XML_DECLARATION",
      message:
        space === ""
          ? "The XML declaration is not as it should be. What it says was taken anyway."
          : "There is white space before the XML declaration. It was skipped.",
      line: 1,
      column: 1,
    });
  }
  return text.slice(all.length);
}

/** Past this a token looks ahead for its end, so that an endless one is not read up to the limit. */
const LONG = 32 * 1024;
/** A tag goes on after a quote; everything else ends with, or before, one of the brackets. */
const ENDS_IN_TAG = [0x22, 0x27];
const ENDS_OUTSIDE = [0x3c, 0x3e];

/** Refuses an attribute, name, text or comment that is longer than it may be, while it is still being read. */
function checkPending(builder: XmlBuilder, pending: number, rest: Uint8Array, limits: XmlLimits): void {
  if (pending <= LONG) return;
  const { inTag } = builder;
  const left = (inTag ? limits.attributeLength : limits.textLength) - pending;
  // Wide encodings have twice the bytes.
  const ahead = rest.subarray(0, Math.max(0, left) * 2);
  if ((inTag ? ENDS_IN_TAG : ENDS_OUTSIDE).some((end) => ahead.includes(end))) return;
  if (left > 0 && builder.rootClosed) return;
  throw builder.tooLong();
}

const fileTooLarge = (bytes: number, limit: number): UnreadableModel =>
  new UnreadableModel({
    code: "XML_FILE_TOO_LARGE",
    message: `The file has ${bytes} bytes, ${limit} are the most. Split the model, or export it without what is embedded in it.`,
    line: 1,
    column: 1,
  });
