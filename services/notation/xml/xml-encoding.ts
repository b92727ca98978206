import { UnreadableModel } from "../problem.ts";

/** A declaration is in the first bytes; what is longer declares nothing. */
const DECLARATION = 256;
const DECLARED = /^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][\w.-]*)["']/;

export interface XmlEncoding {
  /** As the file, or its byte order mark, calls it. */
  readonly label: string;
  /** Length of the byte order mark. */
  readonly start: number;
}

/** What the first bytes say; the declaration decides where they leave it open. */
export function encodingOf(file: Uint8Array): XmlEncoding {
  const [a, b, c] = file;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { label: "utf-8", start: 3 };
  if (a === 0xff && b === 0xfe) return { label: "utf-16le", start: 2 };
  if (a === 0xfe && b === 0xff) return { label: "utf-16be", start: 2 };
  if (a === 0x3c && b === 0) return { label: "utf-16le", start: 0 };
  if (a === 0 && b === 0x3c) return { label: "utf-16be", start: 0 };
  const declared = DECLARED.exec(String.fromCharCode(...file.subarray(0, DECLARATION)))?.[1];
  // Bytes that read as ASCII are no UTF-16, whatever the declaration says: strings saved by programs do that.
  const isWide = declared === undefined || /^(utf|ucs)-?(16|2|32|4)/i.test(declared);
  return { label: isWide ? "utf-8" : declared.toLowerCase(), start: 0 };
}

export interface XmlDecoder {
  /** As the standard of encodings calls it. */
  readonly encoding: string;
  /** Undefined for bytes that mean nothing. `more` follows: the last character may be incomplete. */
  decode(bytes: Uint8Array, more: boolean): string | undefined;
}

/** Throws UnreadableModel for an encoding that nobody knows. */
export function decoderFor(label: string): XmlDecoder {
  const decoder = open(label);
  const isLatin1 = decoder.encoding === "windows-1252" && !label.endsWith("1252");
  return {
    encoding: isLatin1 ? "iso-8859-1" : decoder.encoding,
    decode(bytes, more) {
      try {
        const text = decoder.decode(bytes, { stream: more });
        return isLatin1
          ? text.replaceAll(NOT_LATIN1, (character) => LATIN1.get(character) ?? character)
          : text;
      } catch {
        return undefined;
      }
    },
  };
}

function open(label: string): InstanceType<typeof TextDecoder> {
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

// For the web ISO-8859-1 is another name of Windows-1252; for XML it is what it says.
const NOT_LATIN1 = /[^\0-\xFF]/g;
const HIGH_CONTROLS = Uint8Array.from({ length: 32 }, (_, at) => 0x80 + at);
const LATIN1 = new Map(
  Array.from(new TextDecoder("windows-1252").decode(HIGH_CONTROLS), (character, at) => [
    character,
    String.fromCharCode(0x80 + at),
  ]),
);

/** Bytes that no Windows-1252 text has. */
const UNUSED = new Set([0x81, 0x8d, 0x8f, 0x90, 0x9d]);

/**
 * Whether a file that claims to be UTF-8 and is not reads as Windows-1252, which is what tools write that forget about
 * encodings. Anything that is, or looks like, a sequence of UTF-8 speaks against it.
 */
export function readsAsWestern(file: Uint8Array): boolean {
  for (let at = 0; at < file.length; at++) {
    const byte = file[at] ?? 0;
    if (byte < 0x80) continue;
    const next = file[at + 1] ?? 0;
    if (UNUSED.has(byte) || (byte >= 0xc0 && next >= 0x80 && next <= 0xbf)) return false;
  }
  return true;
}
