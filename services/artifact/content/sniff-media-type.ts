/** What files of a type begin with; "?" stands for any byte. */
const MARKS: readonly (readonly [type: string, mark: string, at?: number])[] = [
  ["image/png", "\x89PNG\r\n\x1a\n"],
  ["image/jpeg", "\xff\xd8\xff"],
  ["image/gif", "GIF8"],
  ["image/webp", "RIFF????WEBP"],
  ["image/bmp", "BM????\0\0\0\0"],
  ["image/tiff", "II*\0"],
  ["image/tiff", "MM\0*"],
  ["image/avif", "ftypavif", 4],
  ["application/pdf", "%PDF-"],
  ["application/gzip", "\x1f\x8b"],
  ["video/mp4", "ftyp", 4],
  ["video/webm", "\x1a\x45\xdf\xa3"],
  ["audio/mpeg", "ID3"],
  ["audio/wav", "RIFF????WAVE"],
  ["audio/ogg", "OggS"],
];
const ZIP = "PK\x03\x04";

/** Where the bytes alone do not tell, by the end of the name. */
const OF_ZIP: Readonly<Record<string, string>> = {
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
};
const OF_TEXT: Readonly<Record<string, string>> = {
  md: "text/markdown",
  csv: "text/csv",
  json: "application/json",
  xml: "application/xml",
  bpmn: "application/bpmn+xml",
  dmn: "application/dmn+xml",
  svg: "image/svg+xml",
};

/** What the bytes look like. A name is believed only about what its bytes could be: nothing that a browser would run. */
export function sniffMediaType(bytes: Uint8Array, name: string): string {
  const start = Buffer.from(bytes.subarray(0, 4096)).toString("latin1");
  const found = MARKS.find(([, mark, at = 0]) => matches(start, mark, at));
  if (found) return found[0];
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  if (start.startsWith(ZIP)) return OF_ZIP[extension] ?? "application/zip";
  if (!isText(bytes)) return "application/octet-stream";
  return OF_TEXT[extension] ?? "text/plain";
}

const matches = (start: string, mark: string, at: number): boolean =>
  start.length >= at + mark.length && [...mark].every((char, i) => char === "?" || start[at + i] === char);

/** UTF-8 without control characters, as far as it is looked at. */
function isText(bytes: Uint8Array): boolean {
  const start = bytes.slice(0, 4096);
  try {
    // A character may be cut at the end of what is looked at.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(start, {
      stream: bytes.length > start.length,
    });
    // oxlint-disable-next-line no-control-regex
    return !/[\0-\x08\x0e-\x1f]/.test(text);
  } catch {
    return false;
  }
}
