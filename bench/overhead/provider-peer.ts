import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createFakeCompletion } from "../../services/testing/fake-completion.ts";
import { servePeer } from "../harness/serve-peer.ts";
import { clock, tokenText } from "../streams/token-text.ts";

/** A model provider on the loopback address whose tokens say when they were said. */

let pace = { tokens: 8, milliseconds: 0 };

const server = createServer(async (request, response) => {
  response.on("error", () => undefined);
  const chunks = await Array.fromAsync(request as AsyncIterable<Buffer>);
  const { model } = JSON.parse(Buffer.concat(chunks).toString()) as { model: string };
  const { tokens, milliseconds } = pace;
  const completion = createFakeCompletion(response, model, { inputTokens: 0, outputTokens: 0 });
  for (let index = 0; index < tokens && !response.destroyed; index++) {
    if (milliseconds > 0) await sleep(milliseconds);
    completion.say(tokenText(index, clock()));
  }
  completion.finish("stop");
  completion.end("true", 1);
});
server.listen(0, "127.0.0.1");
await once(server, "listening");

servePeer({
  address: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
  setPace: (given: typeof pace) => {
    pace = given;
  },
});
