import { describe, expect, it } from "vitest";
import { XmlEdits } from "./edit-xml.ts";
import { makeAttribute, makeElement, makeText } from "./make-xml.ts";
import { childOf, childrenOf, descendantsOf, textOf } from "./query-xml.ts";
import { readXml } from "./read-xml.ts";
import { writeXml } from "./write-xml.ts";
import type { XmlDocument, XmlElement } from "./xml-tree.ts";

const read = (xml: string): XmlDocument => readXml(new TextEncoder().encode(xml));
const write = (document: XmlDocument): string => new TextDecoder().decode(writeXml(document));

const LIST = `<list>
  <item id="a"/>
  <!-- the second -->
  <item id="b">B</item>
  <end/>
</list>`;

function item(document: XmlDocument, id: string): XmlElement {
  for (const element of descendantsOf(document.root)) {
    if (element.attributes.some(({ value }) => value === id)) return element;
  }
  throw new Error(`no ${id}`);
}
const made = (id: string, children: XmlElement[] = []): XmlElement =>
  makeElement({ name: "item", namespace: "", attributes: [makeAttribute("id", id)], children });
const rank = (element: XmlElement): number => ["item", "end"].indexOf(element.local);

describe("edits of a document", () => {
  it("give the same document when there are none", () => {
    const document = read(LIST);
    const edits = new XmlEdits(document);
    edits.setAttribute(item(document, "a"), "id", "a");
    edits.setText(item(document, "b"), "B");
    expect(edits.apply()).toBe(document);
  });

  it("leave every other node what it was", () => {
    const document = read(LIST);
    const edits = new XmlEdits(document);
    edits.setAttribute(item(document, "a"), "name", "<A>\n");
    const after = edits.apply();
    expect(write(after)).toBe(LIST.replace('id="a"', 'id="a" name="&lt;A>&#xA;"'));
    expect(after.root.children.slice(2)).toStrictEqual(document.root.children.slice(2));
    expect(after.root.children[5]).toBe(document.root.children[5]);
  });

  it("take an attribute away and give a text another", () => {
    const document = read(LIST);
    const edits = new XmlEdits(document);
    edits.setAttribute(item(document, "a"), "id", undefined);
    edits.setText(item(document, "b"), "C & D");
    expect(write(edits.apply())).toBe(LIST.replace(' id="a"', "").replace(">B<", ">C &amp; D<"));
  });

  it("put what is new where its rank belongs, on a line of its own", () => {
    const document = read(LIST);
    const edits = new XmlEdits(document);
    edits.insert(document.root, made("c", [made("d")]), { rank });
    const lines = '\n  <item id="c">\n    <item id="d"/>\n  </item>\n  <end/>';
    expect(write(edits.apply())).toBe(LIST.replace("\n  <end/>", lines));
  });

  it("put what is new before a sibling, first or last", () => {
    const document = read(LIST);
    const edits = new XmlEdits(document);
    edits.insert(document.root, made("0"), { before: item(document, "a") });
    edits.insert(document.root, made("z"));
    const expected = LIST.replace("\n  <item", '\n  <item id="0"/>\n  <item').replace(
      "<end/>",
      '<end/>\n  <item id="z"/>',
    );
    expect(write(edits.apply())).toBe(expected);
  });

  it("edit what was made here a moment ago", () => {
    const document = read(LIST);
    const edits = new XmlEdits(document);
    const outer = made("c");
    edits.insert(document.root, outer, { rank });
    edits.insert(outer, made("d"));
    edits.setAttribute(outer, "id", "C");
    const lines = '\n  <item id="C">\n    <item id="d"/>\n  </item>\n  <end/>';
    expect(write(edits.apply())).toBe(LIST.replace("\n  <end/>", lines));
  });

  it("remove an element with its line, and the last one with all lines", () => {
    const document = read(LIST);
    const edits = new XmlEdits(document);
    edits.remove(item(document, "a"));
    expect(write(edits.apply())).toBe(LIST.replace('\n  <item id="a"/>', ""));
    const small = read("<a>\n  <b/>\n</a>");
    const other = new XmlEdits(small);
    for (const child of childrenOf(small.root, "", "b")) other.remove(child);
    expect(write(other.apply())).toBe("<a/>");
  });

  it("write children on one line where the file has no lines", () => {
    const document = read('<list><item id="a"/></list>');
    const edits = new XmlEdits(document);
    edits.insert(document.root, made("b", [made("c")]));
    expect(write(edits.apply())).toBe('<list><item id="a"/><item id="b"><item id="c"/></item></list>');
  });

  it("move an element with all that is inside it", () => {
    const document = read(LIST);
    const edits = new XmlEdits(document);
    edits.move(item(document, "b"), item(document, "a"));
    edits.setAttribute(item(document, "b"), "id", "B");
    const moved = '<item id="a">\n    <item id="B">B</item>\n  </item>';
    expect(write(edits.apply())).toBe(
      LIST.replace('\n  <item id="b">B</item>', "").replace('<item id="a"/>', moved),
    );
  });

  it("replace an element and text beside elements", () => {
    const document = read("<a>one<b/>two</a>");
    const edits = new XmlEdits(document);
    edits.setText(document.root, "three");
    edits.replace(
      childOf(document.root, "", "b") as XmlElement,
      makeElement({ name: "c", namespace: "", children: [makeText("x")] }),
    );
    expect(write(edits.apply())).toBe("<a>three<c>x</c></a>");
    expect(textOf(document.root)).toBe("onetwo");
  });

  it("write names with the prefix that is known at their place", () => {
    const document = read('<a xmlns="urn:a" xmlns:p="urn:p"><b xmlns:p="urn:other"/></a>');
    const edits = new XmlEdits(document);
    const inner = childOf(document.root, "urn:a", "b") as XmlElement;
    expect(edits.nameFor(document.root, "urn:a", "x", "a")).toBe("x");
    expect(edits.nameFor(document.root, "urn:p", "x", "q")).toBe("p:x");
    expect(edits.attributeFor(document.root, "urn:p", "x", "q").name).toBe("p:x");
    expect(edits.nameFor(inner, "urn:p", "x", "p")).toBe("p2:x");
    expect(write(edits.apply())).toBe(
      '<a xmlns="urn:a" xmlns:p="urn:p" xmlns:p2="urn:p"><b xmlns:p="urn:other"/></a>',
    );
  });
});
