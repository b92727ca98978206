import { MessageRole, MessagePartSchema, type MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import { create } from "@bufbuild/protobuf";
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { conversationMessages, tokensOf } from "../execution/agents/conversation.ts";
import { createAgentExecutor } from "../execution/agent-executor.ts";
import type { ModelCall } from "../execution/agent-event.ts";
import { actorOf, openTestSlices, type TestSlices } from "../testing/test-slices.ts";
import { inputTokensOf, TOKENS_OF_ARTIFACT, tokensOfTool } from "./admit-run.ts";
import { createAgentRegistry, type AgentDefinition } from "./agent-registry.ts";
import { conversationOf } from "./conversation.ts";
import { createModelCatalog } from "./model-catalog.ts";

let slices: TestSlices;
beforeAll(async () => {
  slices = await openTestSlices();
});
afterAll(() => slices.close());

const agents = createAgentRegistry(createModelCatalog([]));

/** What the executor asks leave for at its first call. */
async function firstCallOf(agent: AgentDefinition, conversation: ReturnType<typeof conversationOf>) {
  const executor = createAgentExecutor({ ...slices, providers: [], offlineTokensPerSecond: 0 });
  let asked: ModelCall | undefined;
  const { tenantId, userId } = actorOf();
  const events = executor.execute({
    tenantId,
    userId,
    runId: crypto.randomUUID(),
    chatId: "",
    attempt: 1,
    model: "offline/offline",
    maxOutputTokens: 10,
    agentId: agent.agentId,
    agentVersion: agent.version,
    signal: new AbortController().signal,
    conversation,
    beforeModelCall: async (call) => {
      asked ??= call;
    },
  });
  for await (const event of events) if (event.type === "call_started") break;
  return asked?.inputTokens ?? Infinity;
}

const text = (value: string): MessagePart =>
  create(MessagePartSchema, { kind: { case: "text", value: { text: value } } });
const anyText = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.lorem({ maxCount: 80 }),
  // Words that have to be cut are counted a little high.
  fc.nat(6000).map((length) => "ab".repeat(length)),
);
const anyPart = fc.oneof(
  anyText.map(text),
  anyText.map((content) =>
    create(MessagePartSchema, { kind: { case: "code", value: { language: "sql", content } } }),
  ),
  anyText.map((json) =>
    create(MessagePartSchema, {
      kind: { case: "toolCall", value: { name: "t", argumentsJson: json, result: json } },
    }),
  ),
);
const anyConversation = fc
  .array(
    fc.record({
      role: fc.constantFrom(MessageRole.USER, MessageRole.ASSISTANT, MessageRole.SYSTEM),
      parts: fc.array(anyPart, { minLength: 1, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map((messages) =>
    conversationOf(
      messages.map((message) => ({
        $typeName: "ameide.chat.v1.ChatMessageInput",
        attachments: [],
        artifactId: "",
        ...message,
      })),
    ),
  );

describe("what a run holds for the input of its first call", () => {
  it("is never less than what its executor counts, whatever was said", () => {
    fc.assert(
      fc.property(anyConversation, fc.constantFrom(...agents.builtIns), (conversation, agent) => {
        const artifact = { artifactId: crypto.randomUUID(), title: "", kind: "k".repeat(64) };
        const about = agent.tools.includes("understand_model") ? artifact : undefined;
        const counted = tokensOf(conversationMessages(agent.prompt, conversation, about));
        const perTool = agent.tools.reduce((sum, tool) => sum + tokensOfTool(tool), 0);
        const held = inputTokensOf(agent, conversation) - perTool;
        expect(held).toBeGreaterThanOrEqual(counted);
        // Nor much more: what is held for one run cannot be used by another.
        const spare = 8 * (conversation.length + 1) + (about ? TOKENS_OF_ARTIFACT : 0);
        expect(held).toBeLessThanOrEqual(counted + spare);
      }),
      { numRuns: 150 },
    );
  });

  it.each(agents.builtIns.map((agent) => [agent.agentId, agent] as const))(
    "covers the tools of %s, as the executor itself asks",
    async (_id, agent) => {
      const conversation = conversationOf([
        {
          $typeName: "ameide.chat.v1.ChatMessageInput",
          role: MessageRole.USER,
          parts: [text("hello")],
          attachments: [],
          artifactId: "",
        },
      ]);
      expect(inputTokensOf(agent, conversation)).toBeGreaterThanOrEqual(
        await firstCallOf(agent, conversation),
      );
    },
  );
});
