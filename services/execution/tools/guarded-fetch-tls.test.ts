import { once } from "node:events";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { selfSigned } from "../../testing/self-signed.ts";
import { createGuardedFetch } from "./guarded-fetch.ts";

const { key, cert } = selfSigned("tools.example");
let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer({ key, cert }, (request, response) => response.end(`hello ${request.headers.host}`));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
});

function ask(host: string): Promise<Response> {
  const url = `https://${host}:${port}`;
  const fetch = createGuardedFetch({
    origins: [url],
    signal: new AbortController().signal,
    isAllowedAddress: (address) => address === "127.0.0.1",
    lookup: (_name, _options, callback) => callback(null, [{ address: "127.0.0.1", family: 4 }]),
  });
  return fetch(url);
}

describe("a tool's request over TLS", () => {
  it("reaches only who is trusted under the name of the URL, whatever its address", async () => {
    await expect(ask("tools.example")).rejects.toThrow(`https://tools.example:${port} cannot be reached`);
    setDefaultCACertificates([...getCACertificates("default"), cert]);
    expect(await (await ask("tools.example")).text()).toBe(`hello tools.example:${port}`);
    await expect(ask("other.example")).rejects.toThrow(`https://other.example:${port} cannot be reached`);
  });
});
