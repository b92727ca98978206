import { AIMessage, type ToolMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AgentDefinition } from "../../inference/index.ts";
import { withInnerSpan } from "../../platform/telemetry/trace.ts";
import type { WrittenToolCall } from "../models/tool-call-reader.ts";
import { callTool } from "../tools/call-tool.ts";
import { toolNamed } from "../tools/tool-table.ts";
import { toolCallsOf, toolMessage, type AnswerState } from "./answer-state.ts";
import { executionOf, type Execution } from "./execution.ts";
import { failCall, isAllowed, refuseCall, stopAfterRefusals } from "./tool-refusals.ts";

/** Tools that a model may call at once. */
const MAX_CALLS_AT_ONCE = 16;

/** The node that runs the tools that the model called, one after the other. */
export function createToolNode(agent: AgentDefinition) {
  return async ({ answer }: AnswerState, config: LangGraphRunnableConfig): Promise<Partial<AnswerState>> => {
    const execution = executionOf(config);
    // A tool runs under the id of its call, so the call must survive a crash before the tool has any effect.
    await execution.checkpointed();
    const last = answer.at(-1);
    const results: ToolMessage[] = [];
    for (const [i, call] of (AIMessage.isInstance(last) ? toolCallsOf(last) : []).entries()) {
      results.push(await answerCall(execution, agent, call, i));
      stopAfterRefusals(agent, [...answer, ...results]);
    }
    return { answer: results };
  };
}

async function answerCall(
  execution: Execution,
  agent: AgentDefinition,
  call: WrittenToolCall,
  position: number,
): Promise<ToolMessage> {
  if (!isAllowed(agent, call)) return refuseCall(execution, agent, call);
  if (position >= MAX_CALLS_AT_ONCE)
    return failCall(execution, call, `not run: at most ${MAX_CALLS_AT_ONCE} calls at once`);
  const { request, ports, signal } = execution;
  const { tenantId, userId, runId } = request;
  const context = { tenantId, userId, ports, idempotencyKey: `${runId}/${call.id}`, signal };
  const { result, failed } = await withInnerSpan("tool.call", { "gen_ai.tool.name": call.name }, () =>
    callTool(toolNamed(call.name), call.json, context),
  );
  await execution.emit({ type: "tool_result", toolCallId: call.id, result, failed });
  return toolMessage(call, result, failed);
}
