import type { ToolMessage } from "@langchain/core/messages";
import type { LangGraphRunnableConfig } from "@langchain/langgraph";
import type { AgentDefinition } from "../../inference/index.ts";
import { withInnerSpan } from "../../platform/telemetry/trace.ts";
import type { WrittenToolCall } from "../models/tool-call-reader.ts";
import { callTool, parsedArguments, type CallContext, type ToolOutcome } from "../tools/call-tool.ts";
import type { Tool } from "../tools/tool.ts";
import { toolNamed } from "../tools/tool-table.ts";
import { openCallsOf, toolMessage, type AnswerState } from "./answer-state.ts";
import { answerText, approvalQuestion, askPerson, refusalText } from "./ask-person.ts";
import { executionOf, type Execution } from "./execution.ts";
import { failCall, isAllowed, refuseCall, stopAfterRefusals } from "./tool-refusals.ts";

/** Tools that a model may call at once. */
export const MAX_CALLS_AT_ONCE = 16;

/**
 * The node that runs the first tool that was called and has no result yet; the graph comes back for the next. A step
 * that asks a person is run again with the answer, so nothing else may have happened in it.
 */
export function createToolNode(agent: AgentDefinition) {
  return async ({ answer }: AnswerState, config: LangGraphRunnableConfig): Promise<Partial<AnswerState>> => {
    const execution = executionOf(config);
    // A tool runs under the id of its call, so the call must survive a crash before the tool has any effect.
    await execution.checkpointed();
    const [first, ...others] = openCallsOf(answer);
    if (!first) return { answer: [] };
    const tooMany = first.position >= MAX_CALLS_AT_ONCE;
    const results = tooMany
      ? await failAll(execution, [first, ...others])
      : [await answerCall(execution, agent, first.call)];
    stopAfterRefusals(agent, [...answer, ...results]);
    return { answer: results };
  };
}

async function failAll(
  execution: Execution,
  open: readonly { call: WrittenToolCall }[],
): Promise<ToolMessage[]> {
  const results: ToolMessage[] = [];
  for (const { call } of open)
    results.push(await failCall(execution, call, `not run: at most ${MAX_CALLS_AT_ONCE} calls at once`));
  return results;
}

async function answerCall(
  execution: Execution,
  agent: AgentDefinition,
  call: WrittenToolCall,
): Promise<ToolMessage> {
  if (!isAllowed(agent, call)) return refuseCall(execution, agent, call);
  const { result, failed } = await outcomeOf(execution, toolNamed(call.name), call);
  await execution.emit({ type: "tool_result", toolCallId: call.id, result, failed });
  return toolMessage(call, result, failed);
}

/** Arguments that cannot be used are told to the model, and nobody is asked. */
async function outcomeOf(execution: Execution, tool: Tool, call: WrittenToolCall): Promise<ToolOutcome> {
  const parsed = parsedArguments(tool, call.json);
  if (!parsed.ok) return parsed.outcome;
  const { ports } = execution;
  if (tool.ask)
    return { result: answerText(askPerson(tool.ask(parsed.args), call, ports.now())), failed: false };
  if (tool.needsApproval) {
    const { answer } = askPerson(approvalQuestion(tool.needsApproval, parsed.args), call, ports.now());
    if (answer.case !== "confirm" || !answer.value.approved)
      return { result: refusalText(answer), failed: true };
  }
  return withInnerSpan("tool.call", { "gen_ai.tool.name": call.name }, () =>
    callTool(tool, call.json, contextOf(execution, call)),
  );
}

function contextOf(execution: Execution, call: WrittenToolCall): CallContext {
  const { ports, request, signal } = execution;
  const { tenantId, userId, runId, chatId, agentId, agentVersion, model, resumed } = request;
  return {
    tenantId,
    userId,
    ports,
    idempotencyKey: `${runId}/${call.id}`,
    signal,
    modeler: { tenantId, userId, runId, chatId, agentId, agentVersion, model },
    ask: (question) => ({
      answer: askPerson(question, call, ports.now()).answer,
      userId: resumed?.userId ?? "",
    }),
    suggest: (suggestion) => execution.emit({ type: "suggestion", toolCallId: call.id, suggestion }),
  };
}
