import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { countTokens } from "../platform/tokenizer/count-tokens.ts";

/** What the server tells about usage: `true`, nothing, or these numbers. */
export type ToldUsage =
  | "true"
  | "absent"
  | {
      prompt_tokens: number;
      completion_tokens: number;
      prompt_tokens_details?: { cached_tokens: number };
      completion_tokens_details?: { reasoning_tokens: number };
    };

export interface FakeToolCall {
  id?: string;
  name: string;
  /** The arguments as text, valid JSON or not; sent in small pieces. */
  args: string;
}

export interface FakeBill {
  inputTokens: number;
  outputTokens: number;
  /** What the client was told of that, once it was. */
  told?: Exclude<ToldUsage, string>;
}

/** One streamed chat completion of the fake server, as server-sent events. */
export interface FakeCompletion {
  readonly response: ServerResponse;
  outputTokens(): number;
  begin(): void;
  say(content: string): boolean;
  /** As `say`, no faster than the client reads. */
  sayWhenDrained(content: string): Promise<void>;
  writeWhenDrained(bytes: string): Promise<void>;
  callTool(call: FakeToolCall, index: number): void;
  finish(reason: string): void;
  end(usage: ToldUsage, inputTokens: number): void;
}

export function createFakeCompletion(
  response: ServerResponse,
  model: string,
  bill: FakeBill,
): FakeCompletion {
  let outputTokens = 0;

  function charge(text: string): void {
    const tokens = countTokens(text);
    outputTokens += tokens;
    bill.outputTokens += tokens;
  }
  function begin(): void {
    if (!response.headersSent) response.writeHead(200, { "content-type": "text/event-stream" });
  }
  function send(fields: object): boolean {
    begin();
    const chunk = { id: "chatcmpl-fake", object: "chat.completion.chunk", created: 0, model, ...fields };
    return response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
  let role: object = { role: "assistant" };
  function sendDelta(fields: object): boolean {
    const delta = { ...role, ...fields };
    role = {};
    return send({ choices: [{ index: 0, delta, finish_reason: null }] });
  }
  function say(content: string): boolean {
    charge(content);
    return sendDelta({ content });
  }
  async function drained(): Promise<void> {
    const either = new AbortController();
    const { signal } = either;
    await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]);
    either.abort();
  }

  return {
    response,
    outputTokens: () => outputTokens,
    begin,
    say,
    sayWhenDrained: async (content) => void (say(content) ? await sleep(0) : await drained()),
    async writeWhenDrained(bytes) {
      if (!response.write(bytes)) await drained();
    },
    callTool({ id, name, args }, index) {
      charge(name + args);
      const called = {
        index,
        type: "function",
        ...(id !== undefined && { id }),
        function: { name, arguments: "" },
      };
      sendDelta({ tool_calls: [called] });
      for (const piece of args.match(/.{1,8}/gs) ?? []) {
        sendDelta({ tool_calls: [{ index, function: { arguments: piece } }] });
      }
    },
    finish: (reason) => void send({ choices: [{ index: 0, delta: {}, finish_reason: reason }] }),
    end(usage, inputTokens) {
      const told = usage === "true" ? { prompt_tokens: inputTokens, completion_tokens: outputTokens } : usage;
      if (told !== "absent") {
        bill.told = told;
        const total_tokens = told.prompt_tokens + told.completion_tokens;
        send({ choices: [], usage: { ...told, total_tokens } });
      }
      response.end("data: [DONE]\n\n");
    },
  };
}
