import { ReadableStream } from "node:stream/web";
import type { Transport } from "@connectrpc/connect";
import type { UniversalClientFn } from "@connectrpc/connect/protocol";
import { createTransport } from "@connectrpc/connect/protocol-connect";
import { createConnectTransport } from "@connectrpc/connect-web";
import type { TransportOptions } from "../create-ameide.ts";

/** What createRouterTransport does, with an HTTP client of our own. */
export function inMemory(httpClient: UniversalClientFn) {
  return (options: TransportOptions): Transport =>
    createTransport({
      httpClient,
      ...options,
      useBinaryFormat: true,
      acceptCompression: [],
      sendCompression: null,
      compressMinBytes: Number.MAX_SAFE_INTEGER,
      readMaxBytes: Number.MAX_SAFE_INTEGER,
      writeMaxBytes: Number.MAX_SAFE_INTEGER,
    });
}

/** The SDK's default transport, with a fetch that ends in memory. */
export function overFetch(httpClient: UniversalClientFn) {
  const fetch = async (url: string | URL | Request, init: RequestInit = {}) => {
    const request = {
      url: String(url),
      method: "POST",
      header: new Headers(init.headers),
      body: bytes(init.body),
    };
    const { status, header, body } = await httpClient(
      init.signal ? { ...request, signal: init.signal } : request,
    );
    return new Response(ReadableStream.from(body) as globalThis.ReadableStream, { status, headers: header });
  };
  return (options: TransportOptions): Transport =>
    createConnectTransport({ ...options, useBinaryFormat: true, fetch });
}

async function* bytes(body: RequestInit["body"]): AsyncIterable<Uint8Array> {
  yield new Uint8Array(await new Response(body ?? null).arrayBuffer());
}
