import { ParseOption, XmlDocument, XmlStringOutputBufferHandler } from "libxml2-wasm";
import { describe, expect, it } from "vitest";
import { canonicalXml } from "./canonical-xml.ts";
import { readXml } from "./read-xml.ts";
import { writeXml } from "./write-xml.ts";

function byLibxml(xml: string, withComments: boolean): string {
  const output = new XmlStringOutputBufferHandler();
  const document = XmlDocument.fromString(xml, { option: ParseOption.XML_PARSE_NOCDATA });
  document.canonicalize(output, { mode: 0, withComments });
  document.dispose();
  return output.result;
}

const CASES: readonly string[] = [
  "<a/>",
  '<?xml version="1.0"?>\n\n<?p i?>\n<!-- c -->\n<a>\r\n x &#13; <![CDATA[<&>]]> &gt; é </a>\n<!-- d --> <?q?>\n',
  `<b:a z="1" a='"&lt;&#9;&#10;&#13;' xmlns:c="urn:c" xmlns:b="urn:b" c:y="2" b:z="3"><b:b xmlns:b="urn:b" xmlns="urn:d"><c xmlns=""/><d xmlns="urn:d"/></b:b></b:a>`,
  '<a xmlns="urn:a"><b xmlns=""><c xmlns="urn:c"/><d xmlns=""/></b><e xmlns="urn:a"/></a>',
  '<a xmlns:y="urn:1" xmlns:x="urn:2" y:b="1" x:b="2" xml:lang="en" b="0" xmlns:_="urn:0" _:b="3"/>',
  '<a xmlns:x="urn:1"><b xmlns:x="urn:2"><c xmlns:x="urn:1" x:d=""/></b></a>',
  "<a \n b = '1'   ><!--x--><?y   z  ?></a >",
];

describe("canonical XML", () => {
  it.each(CASES)("is what libxml2 makes of %j", (xml) => {
    const document = readXml(new TextEncoder().encode(xml));
    expect(canonicalXml(document)).toBe(byLibxml(xml, true));
    expect(canonicalXml(document, { comments: false })).toBe(byLibxml(xml, false));
  });

  it.each(CASES)("stays the same when a file is written: %j", (xml) => {
    const document = readXml(new TextEncoder().encode(xml));
    expect(canonicalXml(readXml(writeXml(document)))).toBe(canonicalXml(document));
  });

  it("tells apart what differs in one letter, a prefix or a space", () => {
    const forms = [
      "<a> </a>",
      "<a/>",
      '<a b=""/>',
      '<a b=" "/>',
      "<a><!----></a>",
      '<p:a xmlns:p="u"/>',
      '<a xmlns="u"/>',
    ];
    const canonical = forms.map((xml) => canonicalXml(readXml(new TextEncoder().encode(xml))));
    expect(new Set(canonical).size).toBe(forms.length);
  });
});
