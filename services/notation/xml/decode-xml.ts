import { type Problem, UnreadableModel } from "../problem.ts";
import { decoderFor, encodingOf, readsAsWestern, type XmlDecoder } from "./xml-encoding.ts";

const CHUNK = 64 * 1024;

export interface XmlChunk {
  readonly text: string;
  /** Bytes of the file up to the end of this chunk. */
  readonly end: number;
}

/** The file as text, in pieces, so that a file which is refused early costs little. */
export function* decodeXml(
  file: Uint8Array,
  onProblem?: (problem: Problem) => void,
): Generator<XmlChunk, void, void> {
  const { label, start } = encodingOf(file);
  let decoder = decoderFor(label);
  for (let from = start; from < file.length;) {
    const hasStates = isStateful(decoder.encoding);
    const end = hasStates
      ? Math.min(from + CHUNK, file.length)
      : boundary(file, decoder.encoding, from + CHUNK);
    const bytes = file.subarray(from, end);
    const text = decoder.decode(bytes, hasStates && end < file.length);
    if (text === undefined) {
      const problem = wrongBytes(file, bytes, decoder);
      if (decoder.encoding !== "utf-8" || start > 0 || !readsAsWestern(file))
        throw new UnreadableModel(problem);
      onProblem?.({
        severity: "warning",
        ...problem,
        message: `${problem.message} It was read as Windows-1252.`,
      });
      decoder = decoderFor("windows-1252");
      continue;
    }
    yield { text, end };
    from = end;
  }
}

/** Where what a byte means depends on those before it. */
const isStateful = (encoding: string): boolean =>
  !/^(utf-8|utf-16[lb]e|windows-125\d|iso-8859-\d+)$/.test(encoding);

/** The last place at or before `end` that is between two characters. */
function boundary(file: Uint8Array, encoding: string, end: number): number {
  if (end >= file.length) return file.length;
  let at = end;
  if (encoding === "utf-8") {
    for (let back = 0; back < 3 && ((file[at] ?? 0) & 0xc0) === 0x80; back++) at--;
  } else if (encoding.startsWith("utf-16")) {
    const high = file[at + (encoding === "utf-16le" ? 1 : 0)] ?? 0;
    if (high >= 0xdc && high <= 0xdf) at -= 2;
  }
  return at;
}

/** The first characters, for telling what a file is: lenient, and never of more bytes than are asked for. */
export function startOfFile(file: Uint8Array, bytes = CHUNK): string {
  const { label, start } = encodingOf(file);
  const encoding = /^utf-16[lb]e$/.test(label) ? label : "utf-8";
  return new TextDecoder(encoding).decode(file.subarray(start, bytes), { stream: true });
}

/** Where the first bytes are that mean nothing: found by halving. */
function wrongBytes(
  file: Uint8Array,
  bytes: Uint8Array,
  { encoding }: XmlDecoder,
): Omit<Problem, "severity"> {
  let good = 0;
  for (let bad = bytes.length; bad - good > 1;) {
    const middle = (good + bad) >> 1;
    // A character that the cut leaves incomplete is no fault.
    if (decoderFor(encoding).decode(bytes.subarray(0, middle), true) === undefined) bad = middle;
    else good = middle;
  }
  const before = decoderFor(encoding).decode(bytes.subarray(0, good), true) ?? "";
  return {
    code: "XML_WRONG_BYTES",
    message: `The file is not in the encoding ${encoding} that it claims. Save it as UTF-8, or declare the encoding that it is in.`,
    line: 1 + newlines(file, bytes.byteOffset - file.byteOffset + good, encoding),
    column: before.length - before.lastIndexOf("\n"),
  };
}

/** Of the bytes before `end`. Of wide characters those only where the other byte is empty. */
function newlines(file: Uint8Array, end: number, encoding: string): number {
  const other = encoding === "utf-16le" ? 1 : encoding === "utf-16be" ? -1 : 0;
  let count = 0;
  for (let at = file.indexOf(10); at !== -1 && at < end; at = file.indexOf(10, at + 1)) {
    if (other === 0 || file[at + other] === 0) count++;
  }
  return count;
}
