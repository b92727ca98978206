import { describe, expect, it } from "vitest";
import { utf16 } from "../../testing/hostile-xml.ts";
import type { Problem } from "../problem.ts";
import { textOf } from "./query-xml.ts";
import { readXml } from "./read-xml.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const textIn = (file: Uint8Array): string => textOf(readXml(file).root);

describe("reading XML", () => {
  it("takes UTF-8 with and without a byte order mark", () => {
    expect(textIn(utf8("<a>é€😀</a>"))).toBe("é€😀");
    expect(textIn(utf8("\uFEFF<a>é€😀</a>"))).toBe("é€😀");
  });

  it("takes UTF-16 of both orders by its byte order mark, whatever the declaration says", () => {
    const text = '<?xml version="1.0" encoding="utf-16"?><a>é€😀</a>';
    expect(textIn(utf16(text, "le"))).toBe("é€😀");
    expect(textIn(utf16(text, "be"))).toBe("é€😀");
    expect(textIn(utf16(text, "le").subarray(2))).toBe("é€😀");
    expect(textIn(utf8(text))).toBe("é€😀");
  });

  it.each(["ISO-8859-1", "windows-1252", "iso-8859-15"])("takes %s by declaration", (encoding) => {
    expect(textIn(latin1(`<?xml version='1.0' encoding='${encoding}' ?><a>Gr\xfc\xdfe</a>`))).toBe("Grüße");
  });

  it("takes characters that lie across the pieces in which a file is read", () => {
    for (const shift of [0, 1, 2, 3]) {
      const text = `${"x".repeat(shift)}${"é€😀\r\n".repeat(20_000)}`;
      const expected = text.replaceAll("\r\n", "\n");
      expect(textIn(utf8(`<a>${text}</a>`))).toBe(expected);
      expect(textIn(utf16(`<a>${text}</a>`, "be"))).toBe(expected);
    }
  });

  it("takes ISO-8859-1 for what it is, and knows other names of UTF-8", () => {
    expect(textIn(latin1('<?xml version="1.0" encoding="ISO-8859-1"?><a>\x80\x99</a>'))).toBe("\x80\x99");
    expect(textIn(latin1('<?xml version="1.0" encoding="cp1252"?><a>\x80\x99</a>'))).toBe("€™");
    const text = "é".repeat(100_000);
    expect(textIn(utf8(`<?xml version="1.0" encoding="utf8"?><a>.${text}</a>`))).toBe(`.${text}`);
  });

  it("reads Windows-1252 that claims to be UTF-8, with a warning and its line", () => {
    const problems: Problem[] = [];
    const file = latin1(
      `<?xml version="1.0" encoding="UTF-8"?>\n<a>${"x".repeat(70_000)}\nkl\xe4ren \x80</a>`,
    );
    const { root } = readXml(file, { onProblem: (problem) => problems.push(problem) });
    expect(textOf(root).endsWith("klären €")).toBe(true);
    expect(problems).toMatchObject([{ severity: "warning", code: "XML_WRONG_BYTES", line: 3, column: 3 }]);
  });

  it.each(['<?xml version="1.0"encoding="UTF-8"?>', "<?xml encoding='UTF-8'?>", "<?XML version='1.0' ?>"])(
    "takes the declaration %s",
    (declaration) => {
      const problems: Problem[] = [];
      const file = utf8(`${declaration}<a>é</a>`);
      const { root } = readXml(file, { onProblem: (problem) => problems.push(problem) });
      expect(root).toMatchObject({ name: "a", line: 1, column: declaration.length + 1 });
      expect(problems).toMatchObject([{ severity: "info", code: "XML_DECLARATION" }]);
    },
  );

  it("says the line and column of wrong bytes", () => {
    const file = utf8(`<a>\n${"é\n".repeat(40_000)}</a>`);
    file[file.length - 8] = 0xff;
    const problem = { code: "XML_WRONG_BYTES", line: 40_000, column: 2 };
    expect(() => readXml(file)).toThrow(
      expect.objectContaining({ problem: expect.objectContaining(problem) }),
    );
  });

  it("knows the place of every element", () => {
    const { root } = readXml(
      utf8('<!-- c --><a\n x="1">\n  <b\n y="1"/><!--c--><c/>t&amp;<![CDATA[x]]>u\n <?p q?><d/></a>'),
    );
    const places = [root, ...root.children].flatMap((node) =>
      node.kind === "element" ? [[node.name, node.line, node.column]] : [],
    );
    expect(places).toEqual([
      ["a", 1, 11],
      ["b", 3, 3],
      ["c", 4, 17],
      ["d", 5, 9],
    ]);
  });

  it("joins text, entities and CDATA, and keeps comments and instructions in their place", () => {
    const { root, prolog, epilog } = readXml(
      utf8("<!--0--><a>t&amp;<![CDATA[<x>]]>&#233;<!--1--><?p  q ?></a><?e?>"),
    );
    expect(root.children).toEqual([
      { kind: "text", text: "t&<x>é" },
      { kind: "comment", text: "1" },
      { kind: "instruction", target: "p", body: "q " },
    ]);
    expect(prolog).toEqual([{ kind: "comment", text: "0" }]);
    expect(epilog).toEqual([{ kind: "instruction", target: "e", body: "" }]);
  });

  it("resolves namespaces of elements and attributes", () => {
    const { root } = readXml(utf8('<p:a xmlns:p="urn:p" xmlns="urn:d" p:x="1" y="2"><b xmlns=""/></p:a>'));
    expect(root).toMatchObject({ name: "p:a", local: "a", namespace: "urn:p" });
    expect(root.attributes.map(({ name, namespace, local }) => [name, namespace, local])).toEqual([
      ["xmlns:p", "http://www.w3.org/2000/xmlns/", "p"],
      ["xmlns", "http://www.w3.org/2000/xmlns/", "xmlns"],
      ["p:x", "urn:p", "x"],
      ["y", "", "y"],
    ]);
    expect(root.children[0]).toMatchObject({ local: "b", namespace: "" });
  });

  it("takes what does no harm, and says so", () => {
    const problems: Problem[] = [];
    const { root } = readXml(utf8('\n\n<?xml version="1.0"?>\n<p:a q:x="1"><p:b/></p:a>'), {
      onProblem: (problem) => problems.push(problem),
    });
    expect(root).toMatchObject({ name: "p:a", local: "p:a", namespace: "", line: 4, column: 1 });
    expect(problems.map(({ code, line }) => [code, line])).toEqual([
      ["XML_DECLARATION", 1],
      ["XML_PREFIX_UNDECLARED", 4],
      ["XML_PREFIX_UNDECLARED", 4],
    ]);
  });
});
