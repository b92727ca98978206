const BOOL = 16;
const BYTEA = 17;
const INT2 = 21;
const INT4 = 23;

/** A parameter in PostgreSQL's text format; bytes stay bytes. */
export function encodeParam(value: unknown): string | Uint8Array | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return value;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return `{${value.map(encodeElement).join(",")}}`;
  if (typeof value === "object") return JSON.stringify(value);
  return `${value as number | bigint | boolean}`;
}

function encodeElement(value: unknown): string {
  const text = encodeParam(value);
  if (text === null) return "NULL";
  if (typeof text !== "string") throw new TypeError("arrays of bytes are not supported");
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}

/** A column value from PostgreSQL's text format; drizzle's columns map the rest from text. */
export function decodeValue(value: string | null, type: number): unknown {
  if (value === null) return null;
  if (type === BOOL) return value === "t";
  if (type === INT2 || type === INT4) return Number(value);
  if (type === BYTEA) return Buffer.from(value.slice(2), "hex");
  return value;
}
