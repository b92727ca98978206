const MIB = 1024 * 1024;
const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** With a byte order mark. */
export function utf16(text: string, order: "le" | "be"): Uint8Array {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, order === "le");
  for (let at = 0; at < text.length; at++) view.setUint16(2 + at * 2, text.charCodeAt(at), order === "le");
  return bytes;
}

/** A file that somebody may upload to harm the server, and how it is answered. */
export interface HostileXml {
  readonly name: string;
  /** Made when it is its turn: the big ones take memory. */
  readonly file: () => Uint8Array;
  readonly code: string;
  /** How much of it may be handed to the parser; without: 100 KB. */
  readonly readAtMost?: number;
}

const entities = (count: number): string =>
  Array.from({ length: count }, (_, at) => `<!ENTITY e${at + 1} "${`&e${at};`.repeat(10)}">`).join("\n");

const flood = (begin: string, filler: string, bytes = 10 * MIB): Uint8Array =>
  utf8(HEAD + begin + filler.repeat(Math.ceil(bytes / filler.length)));

const DOCTYPES: readonly HostileXml[] = [
  ["billion laughs", `<!DOCTYPE a [<!ENTITY e0 "ha">${entities(9)}]><a>&e9;</a>`],
  ["quadratic blow-up", `<!DOCTYPE a [<!ENTITY e "${"x".repeat(100_000)}">]><a>${"&e;".repeat(100_000)}</a>`],
  ["external entity", '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>'],
  ["parameter entity", '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd"> %p;]><a/>'],
  ["external subset", '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd"><a/>'],
  [
    "DOCTYPE behind comments and instructions",
    `<!-- <a/> --><?go on?>\n${"<!--x-->".repeat(1000)}<!DOCTYPE a><a/>`,
  ],
  ["DOCTYPE inside the root", "<a><!DOCTYPE a></a>"],
].map(([name = "", body = ""]) => ({ name, file: () => utf8(HEAD + body), code: "XML_DOCTYPE" }));

const WIDE: readonly HostileXml[] = (["le", "be"] as const).map((order) => ({
  name: `DOCTYPE in UTF-16 (${order})`,
  file: () => utf16('<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', order),
  code: "XML_DOCTYPE",
}));

const FLOODS: readonly HostileXml[] = [
  { name: "attribute of 10 MB", file: () => flood('<a b="', "x"), code: "XML_ATTRIBUTE_TOO_LONG" },
  {
    name: "attribute of 10 MB that looks as if it ended",
    file: () => flood('<a b="', "x > 'y' "),
    code: "XML_ATTRIBUTE_TOO_LONG",
    readAtMost: 1.2 * MIB,
  },
  { name: "element name of 10 MB", file: () => flood("<a", "b"), code: "XML_TEXT_TOO_LONG" },
  { name: "attribute name of 10 MB", file: () => flood("<a b", "c"), code: "XML_ATTRIBUTE_TOO_LONG" },
  { name: "text of 10 MB without an end", file: () => flood("<a>", "x "), code: "XML_TEXT_TOO_LONG" },
  { name: "comment of 10 MB without an end", file: () => flood("<a><!--", "- "), code: "XML_TEXT_TOO_LONG" },
  {
    name: "comment before the root of 10 MB",
    file: () => flood("<!--", "- "),
    code: "XML_TEXT_TOO_LONG",
  },
  {
    name: "comment before the root of 10 MB that looks as if it ended",
    file: () => flood("<!--", "->"),
    code: "XML_TEXT_TOO_LONG",
    readAtMost: 1.2 * MIB,
  },
  {
    name: "CDATA section of 10 MB without an end",
    file: () => flood("<a><![CDATA[", "] "),
    code: "XML_TEXT_TOO_LONG",
  },
  { name: "processing instruction of 10 MB", file: () => flood("<a><?go ", "? "), code: "XML_TEXT_TOO_LONG" },
  { name: "entity name of 10 MB", file: () => flood("<a>&", "e"), code: "XML_TEXT_TOO_LONG" },
  {
    name: "10,000 elements inside each other",
    file: () => utf8(`${HEAD}${"<a>".repeat(10_000)}`),
    code: "XML_TOO_DEEP",
  },
  {
    name: "100,000 attributes",
    file: () => utf8(`<a ${Array.from({ length: 100_000 }, (_, at) => `a${at}="" `).join("")}/>`),
    code: "XML_TOO_MANY_ATTRIBUTES",
  },
];

const WRONG: readonly HostileXml[] = [
  { name: "undefined entity", file: () => utf8("<a>&nbsp;</a>"), code: "XML_ENTITY" },
  {
    name: "bytes that are no UTF-8",
    file: () => Uint8Array.of(0x3c, 0x61, 0x3e, 0xc3, 0xa9, 0xc3, 0x28),
    code: "XML_WRONG_BYTES",
  },
  {
    name: "an overlong UTF-8 <",
    file: () => Uint8Array.of(0x3c, 0x61, 0x3e, 0xc0, 0xbc),
    code: "XML_WRONG_BYTES",
  },
  { name: "half a surrogate pair", file: () => utf16("<a>\ud800</a>", "le"), code: "XML_WRONG_BYTES" },
  { name: "NUL bytes", file: () => utf8("<a>\0</a>"), code: "XML_CHARACTER" },
  { name: "only NUL bytes", file: () => new Uint8Array(10 * MIB), code: "XML_CHARACTER" },
  {
    name: "a control character of XML 1.1",
    file: () => utf8('<?xml version="1.1"?><a>&#x1;</a>'),
    code: "XML_CHARACTER",
  },
  {
    name: "a prefix that means another namespace than it may",
    file: () => utf8('<a xmlns:xml="urn:x"/>'),
    code: "XML_NAMESPACE",
  },
  {
    name: "the same attribute under two prefixes",
    file: () => utf8('<a xmlns:p="u" xmlns:q="u" p:x="" q:x=""/>'),
    code: "XML_NOT_WELL_FORMED",
  },
  { name: "a file that is cut off", file: () => utf8("<a><b>"), code: "XML_NOT_WELL_FORMED" },
  { name: "an empty file", file: () => new Uint8Array(), code: "XML_NOT_WELL_FORMED" },
  { name: "no XML at all", file: () => flood("", "PK\u0003\u0004"), code: "XML_CHARACTER" },
  {
    name: "an encoding that nobody knows",
    file: () => utf8('<?xml version="1.0" encoding="x-evil"?><a/>'),
    code: "XML_ENCODING_UNKNOWN",
  },
];

export const HOSTILE_XML: readonly HostileXml[] = [...DOCTYPES, ...WIDE, ...FLOODS, ...WRONG];
