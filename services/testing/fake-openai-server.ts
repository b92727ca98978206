import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { countTokens } from "../platform/tokenizer/count-tokens.ts";
import {
  createFakeCompletion,
  type FakeBill,
  type FakeCompletion,
  type FakeToolCall,
  type ToldUsage,
} from "./fake-completion.ts";

/** How one request is answered. */
export type FakeAnswer =
  | {
      kind: "text";
      text: string;
      usage?: ToldUsage;
      /** Writes on past `max_tokens`. */
      ignoresLimit?: boolean;
      millisecondsPerPiece?: number;
      /** Ends without a finish reason and without `[DONE]`. */
      breaksOff?: boolean;
    }
  | { kind: "tools"; calls: FakeToolCall[]; text?: string; usage?: ToldUsage }
  | { kind: "status"; status: number; retryAfter?: string }
  /** Nothing more comes after the text, and the connection stays open. */
  | { kind: "stall"; after?: string }
  /** The connection is destroyed after the text; without one, before there is any response. */
  | { kind: "drop"; after?: string }
  /** These bytes as the body of the stream. */
  | { kind: "raw"; body: string | Uint8Array }
  /** The same word for ever. */
  | { kind: "endless"; word: string }
  /** One event of so many bytes. */
  | { kind: "huge"; bytes: number };

export interface FakeRequest {
  authorization: string | undefined;
  body: {
    model: string;
    max_tokens?: number;
    messages: { role: string; content: unknown }[];
    tools?: unknown[];
  };
}

/** A request that was taken, and what is truly owed for it. */
export interface FakeCall extends FakeBill {
  request: FakeRequest;
}

export interface FakeOpenAiServer {
  /** For `base_url` of a provider. */
  baseUrl: string;
  /** All requests so far. */
  requests: FakeRequest[];
  /** The requests that were taken, not refused: its bill, item by item. */
  calls: FakeCall[];
  /** What it would truly bill: tokens of the prompts taken and of the answers sent. */
  readonly bill: Pick<FakeBill, "inputTokens" | "outputTokens">;
  /** Answers the next requests so, one each; after them `otherwise`. */
  answerWith(...answers: FakeAnswer[]): void;
  /** Drops what was asked, billed and still to be answered. */
  forget(): void;
  otherwise: FakeAnswer | ((request: FakeRequest) => FakeAnswer);
  close(): Promise<void>;
}

/** A server on the loopback address that speaks OpenAI's streaming chat completions, well or badly. */
export async function startFakeOpenAiServer(): Promise<FakeOpenAiServer> {
  const queue: FakeAnswer[] = [];
  const server = createServer((request, response) => {
    response.on("error", () => undefined);
    void answerRequest(fake, queue, request, response).catch(() => response.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const fake: FakeOpenAiServer = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests: [],
    calls: [],
    get bill() {
      const sum = (of: "inputTokens" | "outputTokens") => fake.calls.reduce((all, call) => all + call[of], 0);
      return { inputTokens: sum("inputTokens"), outputTokens: sum("outputTokens") };
    },
    answerWith: (...answers) => void queue.push(...answers),
    forget() {
      queue.length = 0;
      fake.requests.length = 0;
      fake.calls.length = 0;
    },
    otherwise: { kind: "text", text: "Hello from the fake model." },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return fake;
}

async function answerRequest(
  fake: FakeOpenAiServer,
  queue: FakeAnswer[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as FakeRequest["body"];
  const taken: FakeRequest = { authorization: request.headers.authorization, body };
  fake.requests.push(taken);
  const { otherwise } = fake;
  const answer = queue.shift() ?? (typeof otherwise === "function" ? otherwise(taken) : otherwise);
  if (request.url !== "/v1/chat/completions") return refuse(response, 404);
  if (answer.kind === "status") return refuse(response, answer.status, answer.retryAfter);
  if (answer.kind === "drop" && answer.after === undefined) return void response.destroy();
  const input = body.messages.reduce((sum, m) => sum + countTokens(String(m.content ?? "")), 0);
  const call: FakeCall = { request: taken, inputTokens: input, outputTokens: 0 };
  fake.calls.push(call);
  await stream(createFakeCompletion(response, body.model, call), answer, input, body.max_tokens ?? Infinity);
}

function refuse(response: ServerResponse, status: number, retryAfter?: string): void {
  response.writeHead(status, {
    "content-type": "application/json",
    ...(retryAfter !== undefined && { "retry-after": retryAfter }),
  });
  response.end(
    JSON.stringify({ error: { message: `refused, key sk-from-the-body`, type: "fake", code: null } }),
  );
}

async function stream(to: FakeCompletion, answer: FakeAnswer, input: number, limit: number): Promise<void> {
  switch (answer.kind) {
    case "text":
      return streamText(to, answer, input, limit);
    case "tools":
      if (answer.text !== undefined) to.say(answer.text);
      answer.calls.forEach((call, index) => to.callTool(call, index));
      to.finish("tool_calls");
      return to.end(answer.usage ?? "true", input);
    case "stall":
      if (answer.after !== undefined) to.say(answer.after);
      return;
    case "drop":
      to.say(answer.after ?? "");
      await sleep(20);
      to.response.destroy();
      return;
    case "raw":
      to.begin();
      to.response.end(answer.body);
      return;
    case "endless":
      while (!to.response.destroyed) await to.sayWhenDrained(` ${answer.word}`);
      return;
    case "huge":
      to.begin();
      to.response.write(`data: {"id":"`);
      for (let sent = 0; sent < answer.bytes && !to.response.destroyed; sent += 65_536) {
        await to.writeWhenDrained("x".repeat(65_536));
      }
      to.response.end();
  }
}

async function streamText(
  to: FakeCompletion,
  { text, usage = "true", ignoresLimit, millisecondsPerPiece, breaksOff }: FakeAnswer & { kind: "text" },
  input: number,
  limit: number,
): Promise<void> {
  for (const piece of text.match(/\s*\S+|\s+/g) ?? []) {
    if (!ignoresLimit && to.outputTokens() >= limit) break;
    if (to.response.destroyed) return;
    to.say(piece);
    if (millisecondsPerPiece !== undefined) await sleep(millisecondsPerPiece);
  }
  if (breaksOff) return void to.response.end();
  to.finish(to.outputTokens() >= limit ? "length" : "stop");
  to.end(usage, input);
}
