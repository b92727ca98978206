import type { Interceptor, Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";

/** Binary Connect over one HTTP/2 connection; the same client for both sides. */
export function connectTo(baseUrl: string, token: string): Transport {
  const authorize: Interceptor = (next) => (request) => {
    request.header.set("authorization", `Bearer ${token}`);
    return next(request);
  };
  return createConnectTransport({
    baseUrl,
    httpVersion: "2",
    useBinaryFormat: true,
    interceptors: [authorize],
    nodeOptions: { maxSessionMemory: 64 },
  });
}

/** A token of the development issuer. */
export async function devToken(baseUrl: string, person = "alice"): Promise<string> {
  const response = await fetch(`${baseUrl}/dev/token`, {
    method: "POST",
    headers: { "content-type": "application/json", accept: "text/plain" },
    body: JSON.stringify({ person }),
  });
  if (!response.ok) throw new Error(`no token: ${response.status}`);
  return (await response.text()).trim();
}
