import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FakeModerations {
  /** For MODERATION_URL. */
  url: string;
  /** The texts of each request so far. */
  requests: { authorization: string | undefined; input: string[]; model?: string }[];
  /** Flags texts that contain one of these words. */
  flagged: string[];
  /** Answers the next requests with these statuses, or with this body. */
  failures: (number | string | "hang")[];
  close(): Promise<void>;
}

/** A server on the loopback address with OpenAI's moderations endpoint. */
export async function startFakeModerations(): Promise<FakeModerations> {
  const server = createServer(async (request, response) => {
    const body = JSON.parse(Buffer.concat(await Array.fromAsync(request)).toString());
    fake.requests.push({ authorization: request.headers.authorization, ...body });
    const failure = fake.failures.shift();
    if (failure === "hang") return;
    if (typeof failure === "number") return void response.writeHead(failure).end("sk-from-the-body");
    const results = (body.input as string[]).map((text) => {
      const flagged = fake.flagged.some((word) => text.includes(word));
      return { flagged, categories: { violence: flagged, harassment: false } };
    });
    response.writeHead(request.url === "/v1/moderations" ? 200 : 404, { "content-type": "application/json" });
    response.end(failure ?? JSON.stringify({ id: "modr-fake", model: "fake", results }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const fake: FakeModerations = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: [],
    flagged: [],
    failures: [],
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return fake;
}
