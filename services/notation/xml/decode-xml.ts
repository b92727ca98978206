import { UnreadableModel } from "../problem.ts";

const CHUNK = 64 * 1024;
/** A declaration is in the first bytes; what is longer declares nothing. */
const DECLARATION = 256;
const DECLARED_ENCODING = /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;

export interface XmlChunk {
  readonly text: string;
  /** Bytes of the file up to the end of this chunk. */
  readonly end: number;
}

interface Encoding {
  readonly label: string;
  /** Length of the byte order mark. */
  readonly start: number;
}

/** What the first bytes say; the declaration decides where they leave it open. */
function encodingOf(file: Uint8Array): Encoding {
  const [a, b, c] = file;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { label: "utf-8", start: 3 };
  if (a === 0xff && b === 0xfe) return { label: "utf-16le", start: 2 };
  if (a === 0xfe && b === 0xff) return { label: "utf-16be", start: 2 };
  if (a === 0x3c && b === 0) return { label: "utf-16le", start: 0 };
  if (a === 0 && b === 0x3c) return { label: "utf-16be", start: 0 };
  const declared = DECLARED_ENCODING.exec(String.fromCharCode(...file.subarray(0, DECLARATION)))?.[1];
  // Bytes that read as ASCII are no UTF-16, whatever the declaration says: strings saved by programs do that.
  if (declared === undefined || /^(utf|ucs)-?(16|2|32|4)/i.test(declared))
    return { label: "utf-8", start: 0 };
  return { label: declared.toLowerCase(), start: 0 };
}

function decoderOf(label: string): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(label, { fatal: true, ignoreBOM: true });
  } catch {
    throw new UnreadableModel({
      code: "XML_ENCODING_UNKNOWN",
      message: `The file says that its encoding is "${label.slice(0, 40)}", which is not known here. Save it as UTF-8.`,
      line: 1,
      column: 1,
    });
  }
}

/** The last place at or before `end` that is between two characters. */
function boundary(file: Uint8Array, label: string, end: number): number {
  if (end >= file.length) return file.length;
  let at = end;
  if (label === "utf-8") {
    for (let back = 0; back < 3 && ((file[at] ?? 0) & 0xc0) === 0x80; back++) at--;
  } else if (label.startsWith("utf-16")) {
    const high = file[at + (label === "utf-16le" ? 1 : 0)] ?? 0;
    if (high >= 0xdc && high <= 0xdf) at -= 2;
  }
  return at;
}

/** The first characters, for telling what a file is: lenient, and never more than are asked for. */
export function startOfFile(file: Uint8Array, bytes = CHUNK): string {
  const { label, start } = encodingOf(file);
  const decoder = isKnown(label) ? new TextDecoder(label) : new TextDecoder();
  return decoder.decode(file.subarray(start, bytes), { stream: true });
}

function isKnown(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== "";
  } catch {
    return false;
  }
}

const isMultiByte = (label: string): boolean =>
  !/^(utf-8|utf-16[lb]e|windows-125\d|iso-8859-\d+)$/.test(label);

/** The file as text, in pieces, so that a file which is refused early costs little. */
export function* decodeXml(file: Uint8Array): Generator<XmlChunk, void, void> {
  const { label, start } = encodingOf(file);
  const decoder = decoderOf(label);
  const stream = isMultiByte(decoder.encoding);
  for (let from = start; from < file.length;) {
    const end = stream ? Math.min(from + CHUNK, file.length) : boundary(file, label, from + CHUNK);
    const bytes = file.subarray(from, end);
    let text: string;
    try {
      text = decoder.decode(bytes, { stream: stream && end < file.length });
    } catch {
      throw wrongBytes(file, bytes, decoder.encoding);
    }
    yield { text, end };
    from = end;
  }
}

/** Of the bytes before `end`. Wide characters: only where the other byte is empty. */
function newlines(file: Uint8Array, end: number, encoding: string): number {
  const other = encoding === "utf-16le" ? 1 : encoding === "utf-16be" ? -1 : 0;
  let count = 0;
  for (let at = file.indexOf(10); at !== -1 && at < end; at = file.indexOf(10, at + 1)) {
    if (other === 0 || file[at + other] === 0) count++;
  }
  return count;
}

/** Where the first bytes are that mean nothing: found by halving. */
function wrongBytes(file: Uint8Array, bytes: Uint8Array, encoding: string): UnreadableModel {
  let good = 0;
  for (let bad = bytes.length; bad - good > 1;) {
    const middle = (good + bad) >> 1;
    try {
      // A character that the cut leaves incomplete is no fault.
      new TextDecoder(encoding, { fatal: true }).decode(bytes.subarray(0, middle), { stream: true });
      good = middle;
    } catch {
      bad = middle;
    }
  }
  const before = new TextDecoder(encoding).decode(bytes.subarray(0, good), { stream: true });
  return new UnreadableModel({
    code: "XML_WRONG_BYTES",
    message: `The file is not in the encoding ${encoding} that it claims. Save it as UTF-8, or declare the encoding that it is in.`,
    line: 1 + newlines(file, bytes.byteOffset - file.byteOffset + good, encoding),
    column: before.length - before.lastIndexOf("\n"),
  });
}
