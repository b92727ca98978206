import { describe, expect, it } from "vitest";
import { utf16 } from "../../testing/hostile-xml.ts";
import { XmlEdits } from "./edit-xml.ts";
import { makeElement } from "./make-xml.ts";
import { descendantsOf } from "./query-xml.ts";
import { readXml } from "./read-xml.ts";
import { writeXml } from "./write-xml.ts";
import type { XmlDocument, XmlElement } from "./xml-tree.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textOf = (file: Uint8Array): string => new TextDecoder("utf-8", { ignoreBOM: true }).decode(file);

/** As tools of all kinds write: quotes, blanks, entities, CDATA, line ends. */
const ODD = `<?xml version='1.0' encoding='utf-8'  standalone="yes" ?>\r
<!-- before -->\r
\r
<p:a  xmlns:p = "urn:p"\r
\tz='1' q="&#10;&quot;&gt;>"   >\r
  <b id='one' name = 'First' ></b ><b id="two"  name="it's"  />\r
  <c><![CDATA[<x>]]> &amp; <![CDATA[y]]></c>\r
  <?go  on ?><!--c--><d\r
/>&#x41;</p:a >\r
<!-- after -->`;

const element = (document: XmlDocument, id: string): XmlElement => {
  const found = [...descendantsOf(document.root)].find((one) =>
    one.attributes.some(({ value }) => value === id),
  );
  if (!found) throw new Error(`no ${id}`);
  return found;
};

/** A copy in which no node is the one that was read, as some codecs make them. */
const copyOf = (one: XmlElement): XmlElement => ({
  ...one,
  attributes: one.attributes.map((attribute) => ({ ...attribute })),
  children: one.children.map((child) => (child.kind === "element" ? copyOf(child) : child)),
});

describe("writing XML", () => {
  it.each([
    ODD,
    `\uFEFF${ODD}`,
    "<a/>",
    "<a></a>\n\n",
    '<a b="1"><!-- --></a>',
    "\n<!-- first --><a> text </a><?last?>",
  ])("gives back what was read, letter by letter: %j", (text) => {
    const document = readXml(utf8(text));
    expect(textOf(writeXml(document))).toBe(text);
    expect(textOf(writeXml({ ...document, root: copyOf(document.root) }))).toBe(text);
  });

  it("makes UTF-8 of other encodings, and says so in the declaration", () => {
    const text = '<?xml version="1.0" encoding="ISO-8859-1" standalone="no"?><a b=\'é\'/>';
    const expected = text.replace("ISO-8859-1", "UTF-8");
    expect(textOf(writeXml(readXml(latin1(text))))).toBe(expected);
    expect(textOf(writeXml(readXml(utf16(text, "be"))))).toBe(expected);
    const wrong = utf8('\n<?xml version="1.0"encoding="UTF-8"?><a/>');
    expect(textOf(writeXml(readXml(wrong)))).toBe('<?xml version="1.0" encoding="UTF-8"?><a/>');
    expect(textOf(writeXml(readXml(utf16("<a>é</a>", "le"))))).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a>é</a>',
    );
  });

  it("changes one attribute and nothing around it", () => {
    const document = readXml(utf8(ODD));
    const edits = new XmlEdits(document);
    edits.setAttribute(element(document, "one"), "name", 'the "1st"');
    edits.setAttribute(element(document, "two"), "name", undefined);
    edits.setAttribute(element(document, "two"), "kind", "x");
    expect(textOf(writeXml(edits.apply()))).toBe(
      ODD.replace("name = 'First'", 'name="the &quot;1st&quot;"').replace('name="it\'s"', 'kind="x"'),
    );
  });

  it("puts something in and takes something out, with the line ends of the file", () => {
    const document = readXml(utf8(ODD));
    const edits = new XmlEdits(document);
    edits.insert(element(document, "two"), makeElement({ name: "n", namespace: "" }));
    edits.insert(document.root, makeElement({ name: "m", namespace: "" }), {
      before: element(document, "one"),
    });
    edits.remove([...descendantsOf(document.root)].find(({ name }) => name === "d") as XmlElement);
    expect(textOf(writeXml(edits.apply()))).toBe(
      ODD.replace('name="it\'s"  />', 'name="it\'s"><n/></b>')
        .replace("\r\n  <b id='one'", "<m/>\r\n  <b id='one'")
        .replace("<d\r\n/>", ""),
    );
  });

  it("writes what has no file plainly", () => {
    const { prolog, root, epilog } = readXml(utf8("<!--x--><a b='&lt;\"&#9;'><c></c>&gt;</a>"));
    expect(textOf(writeXml({ prolog, root, epilog }))).toBe(
      '<?xml version="1.0" encoding="UTF-8"?>\n<!--x-->\n<a b="&lt;&quot;&#x9;"><c/>&gt;</a>\n',
    );
  });
});
