import {
  AIMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
  type BaseMessage,
} from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { countTokens } from "../../platform/tokenizer/count-tokens.ts";
import { OfflineModel } from "./offline-model.ts";

const TOOLS = ["current_time", "look_up_artifact"].map((name) => ({
  type: "function" as const,
  function: { name, description: "A tool.", parameters: {} },
}));

function modelWith({ maxOutputTokens = 1024, tokensPerSecond = 0 } = {}) {
  return new OfflineModel({ maxOutputTokens, tokensPerSecond });
}

const ask = (text: string): BaseMessage[] => [new SystemMessage("Be brief."), new HumanMessage(text)];

async function answerTo(text: string): Promise<string> {
  return (await modelWith().invoke(ask(text))).text;
}

describe("the offline model", () => {
  it("streams piece by piece", async () => {
    const pieces = [];
    for await (const chunk of await modelWith().stream(ask("echo one two three"))) pieces.push(chunk.text);
    expect(pieces).toEqual(["one", " two", " three", ""]);
  });

  it("reports the usage that the tokenizer counts", async () => {
    const question = "echo The order process has five tasks; two of them are manual.";
    const { usage_metadata: usage, text } = await modelWith().invoke(ask(question));
    const input = countTokens("Be brief.") + countTokens(question);
    expect(usage).toMatchObject({
      input_tokens: input,
      output_tokens: countTokens(text),
      total_tokens: input + countTokens(text),
    });
  });

  it("gives the same conversation the same answer", async () => {
    expect(await answerTo("What is a gateway?")).toBe(await answerTo("What is a gateway?"));
  });

  it("says plainly what it is when it does not understand, and what was asked", async () => {
    const answer = await answerTo(
      "Please redesign our whole order process so that it needs no people at all.",
    );
    expect(answer).toContain("“Please redesign our whole order process so that it needs no people …”");
    expect(answer).toContain("offline model");
    expect(answer).toContain("`echo <text>`");
  });

  it.each([
    ["echo  hi there", "hi there"],
    ["repeat 3 ho", "ho ho ho"],
    ["count to 5", "1 2 3 4 5"],
    ["summarise", "There is nothing to summarise yet: this is the first message."],
    ["what time is it?", expect.stringContaining("does not have the tool `current_time`")],
    ["help", expect.stringContaining("`summarise`")],
  ])("understands %s", async (command, answer) => {
    expect(await answerTo(command)).toEqual(answer);
  });

  it("summarises the conversation by the first sentence of each message", async () => {
    const messages = [
      new HumanMessage("Hello. I am Alice."),
      new AIMessage("Hi Alice! Welcome."),
      ...ask("summarise"),
    ];
    const { text } = await modelWith().invoke(messages);
    expect(text).toBe("2 messages so far:\n\n- **You**: Hello.\n- **Assistant**: Hi Alice!");
  });

  it("calls the tool of a command and answers from its result", async () => {
    const model = modelWith().bindTools(TOOLS);
    const question = ask("look up 'Order handling'.");
    const call = await model.invoke(question);
    expect(call.tool_calls).toMatchObject([
      { id: "call_1", name: "look_up_artifact", args: { query: "Order handling" } },
    ]);
    const result = JSON.stringify({
      artifacts: [{ artifact_id: "a-1", title: "Order handling", kind: "bpmn" }],
    });
    const answer = await model.invoke([
      ...question,
      call,
      new ToolMessage({ tool_call_id: "call_1", content: result }),
    ]);
    expect(answer.text).toBe("One artifact matches:\n\n- **Order handling** (bpmn, `a-1`)");
    const failed = new ToolMessage({ tool_call_id: "call_1", content: "look_up_artifact failed." });
    expect((await model.invoke([...question, call, failed])).text).toBe(
      "The look-up failed: look_up_artifact failed.",
    );
  });

  it("passes a time zone on, and calls no tool when it may not", async () => {
    const model = modelWith().bindTools(TOOLS);
    const call = await model.invoke(ask("What time is it in Europe/Berlin?"));
    expect(call.tool_calls).toMatchObject([{ name: "current_time", args: { timezone: "Europe/Berlin" } }]);
    const told = await modelWith().bindTools(TOOLS, { tool_choice: "none" }).invoke(ask("What time is it?"));
    expect(told.tool_calls).toEqual([]);
  });

  it("stops at its output limit and says so", async () => {
    const {
      text,
      usage_metadata: usage,
      response_metadata: told,
    } = await modelWith({ maxOutputTokens: 50 }).invoke(ask("count to 999999999"));
    expect(text.startsWith("1 2 3 4 5")).toBe(true);
    expect(usage?.output_tokens).toBeLessThanOrEqual(50);
    expect(usage?.output_tokens).toBeGreaterThan(45);
    expect(told["finish_reason"]).toBe("length");
  });

  it("says a letter at least, however small the limit is", async () => {
    const { text } = await modelWith({ maxOutputTokens: 1 }).invoke(ask("echo extraordinarily long"));
    expect(text).toBe("e");
  });

  it("says the first piece at once and keeps to its pace", async () => {
    const before = performance.now();
    const times: number[] = [];
    for await (const _ of await modelWith({ tokensPerSecond: 100 }).stream(ask("repeat 11 go"))) {
      times.push(performance.now() - before);
    }
    expect(times[0]).toBeLessThan(90);
    expect(times.at(-1)).toBeGreaterThan(95);
  });

  it.each([0, 2])("stops when it is aborted, at %s tokens per second", async (tokensPerSecond) => {
    const stop = new AbortController();
    const stream = await modelWith({ tokensPerSecond, maxOutputTokens: 1_000_000 }).stream(
      ask("count to 999999999"),
      {
        signal: stop.signal,
      },
    );
    setTimeout(() => stop.abort(), 20);
    const before = performance.now();
    await expect(Array.fromAsync(stream)).rejects.toThrow(/abort/i);
    expect(performance.now() - before).toBeLessThan(300);
  });

  it("is quick with texts made to slow it down", async () => {
    const before = performance.now();
    for (const filler of [" ", "?", "/", ".", "\n", "a"]) {
      for (const command of ["look up", "what time is it in", "summarise", "count to", "echo"]) {
        await modelWith({ maxOutputTokens: 20 }).invoke(ask(`${command} ${filler.repeat(50_000)}é x`));
      }
    }
    expect(performance.now() - before).toBeLessThan(8_000);
  });
});
