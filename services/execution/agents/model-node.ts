import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AgentDefinition } from "../../inference/index.ts";
import type { ToolSpec } from "../models/model-stream.ts";
import { countTokens } from "../../platform/tokenizer/count-tokens.ts";
import { toolNamed } from "../tools/tool-table.ts";
import { answerMessage, modelMessagesOf, toolCallsOf, type AnswerState } from "./answer-state.ts";
import { tokensOf } from "./conversation.ts";
import { executionOf } from "./execution.ts";
import { callModel } from "./model-call.ts";
import { endWithoutTools } from "./tool-refusals.ts";

/** The node that asks the model. On the agent's last call the model has to answer without tools. */
export function createModelNode(agent: AgentDefinition) {
  const tools = agent.tools.map(toolNamed).map(({ name, description, parameters }): ToolSpec => {
    return { type: "function", function: { name, description, parameters } };
  });
  const toolTokens = tools.length > 0 ? countTokens(JSON.stringify(tools)) : 0;

  return async ({ answer }: AnswerState, config: LangGraphRunnableConfig): Promise<Partial<AnswerState>> => {
    const execution = executionOf(config);
    // What the nodes before did must survive a crash before anything that follows from it is seen.
    if (answer.length > 0) await execution.checkpointed();
    const isLastCall = modelMessagesOf(answer).length + 1 >= agent.maxModelCalls;
    const said = await callModel(execution, {
      messages: [...execution.conversation, ...answer],
      inputTokens: execution.conversationTokens + toolTokens + tokensOf(answer),
      tools,
      withoutTools: isLastCall,
      usedToolCallIds: new Set(
        modelMessagesOf(answer)
          .flatMap(toolCallsOf)
          .map(({ id }) => id),
      ),
    });
    const message = answerMessage(said);
    const refusals = isLastCall ? await endWithoutTools(execution, agent, [...answer, message]) : [];
    return { answer: [message, ...refusals] };
  };
}
