import { rawConnection, type RawConnection } from "./raw-http.ts";

/** HTTP/2 frames by hand, for what no client library sends. */
export const FRAME = { HEADERS: 1, RST_STREAM: 3, SETTINGS: 4, PING: 6, CONTINUATION: 9 } as const;

export function http2Frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A header as HPACK writes one that is in no table; names and values shorter than 127 bytes. */
export function literalHeader(name: string, value: string): Buffer {
  const text = (of: string) => Buffer.concat([Buffer.from([of.length]), Buffer.from(of, "latin1")]);
  return Buffer.concat([Buffer.from([0]), text(name), text(value)]);
}

/** A connection that has greeted the server and nothing more. */
export async function rawHttp2(port: number): Promise<RawConnection> {
  const connection = await rawConnection(port);
  connection.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
  connection.write(http2Frame(FRAME.SETTINGS, 0, 0));
  return connection;
}
