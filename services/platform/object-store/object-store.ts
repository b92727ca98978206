/** Keeps bytes under names such as "<tenant>/<sha256>". What was put is there whole or not at all. */
export interface ObjectStore {
  /** Replaces what was there. Resolves once it is kept for good. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Undefined: there is none. */
  get(key: string): Promise<Uint8Array | undefined>;
  /** The same, piece by piece. */
  read(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Its bytes; undefined: there is none. */
  size(key: string): Promise<number | undefined>;
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>;
  /** The names that begin like this, in no order. */
  list(prefix: string): AsyncIterable<string>;
}

const PART = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;

/** Names are made by us; one that could leave its folder is a mistake of ours. */
export function requireKey(key: string): string {
  const parts = key.split("/");
  if (key.length > 500 || !parts.every((part) => PART.test(part)))
    throw new TypeError(`not a name for an object: ${key}`);
  return key;
}

const PIECE = 256 * 1024;

/** The bytes in pieces that a stream of messages can take. */
export function* piecesOf(bytes: Uint8Array, piece = PIECE): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}
