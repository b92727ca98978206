import { AIMessage, type BaseMessage, type ToolMessage } from "@langchain/core/messages";
import type { AgentDefinition } from "../../inference/index.ts";
import { AppError } from "../../platform/errors/app-error.ts";
import { providersExhausted } from "../models/providers-exhausted.ts";
import type { WrittenToolCall } from "../models/tool-call-reader.ts";
import { modelMessagesOf, toolCallsOf, toolMessage, toolMessagesOf } from "./answer-state.ts";
import type { Execution } from "./execution.ts";

/** What the result of a refused call begins with. */
export const TOOL_NOT_ALLOWED = "TOOL_NOT_ALLOWED";
/** A model that keeps asking for what it may not have will not stop. */
const MAX_REFUSALS = 3;

export const isAllowed = (agent: AgentDefinition, call: WrittenToolCall): boolean =>
  agent.tools.includes(call.name);

/** Answers a call of a tool that is not on the agent's list, so that the model can go on without. */
export async function refuseCall(
  execution: Execution,
  agent: AgentDefinition,
  call: WrittenToolCall,
): Promise<ToolMessage> {
  const list = agent.tools.length > 0 ? `it may call ${agent.tools.join(", ")}` : "it may call none";
  return failCall(
    execution,
    call,
    `${TOOL_NOT_ALLOWED}: the agent ${agent.agentId} may not call ${call.name}; ${list}`,
  );
}

export async function failCall(
  execution: Execution,
  call: WrittenToolCall,
  result: string,
): Promise<ToolMessage> {
  await execution.emit({ type: "tool_result", toolCallId: call.id, result, failed: true });
  return toolMessage(call, result, true);
}

/** Throws TOOL_NOT_ALLOWED once a run has been refused too often. */
export function stopAfterRefusals(agent: AgentDefinition, answer: readonly BaseMessage[]): void {
  const refused = toolMessagesOf(answer).filter(
    ({ status, text }) => status === "error" && text.startsWith(TOOL_NOT_ALLOWED),
  );
  const last = refused.at(-1);
  if (last && refused.length >= MAX_REFUSALS) throw notAllowed(agent, last.name ?? "");
}

/**
 * The agent has no model call left to react to a result, so tools that the last one called anyway are not run. An
 * answer without any text is none.
 */
export async function endWithoutTools(
  execution: Execution,
  agent: AgentDefinition,
  answer: readonly BaseMessage[],
): Promise<ToolMessage[]> {
  const last = answer.at(-1);
  const calls = AIMessage.isInstance(last) ? toolCallsOf(last) : [];
  const results: ToolMessage[] = [];
  for (const call of calls) {
    const refused = isAllowed(agent, call)
      ? failCall(execution, call, `not run: the agent has made its ${agent.maxModelCalls} model calls`)
      : refuseCall(execution, agent, call);
    results.push(await refused);
  }
  const first = calls[0];
  if (!first || modelMessagesOf(answer).some(({ text }) => text !== "")) return results;
  const foreign = calls.find((call) => !isAllowed(agent, call));
  if (foreign) throw notAllowed(agent, foreign.name);
  const what = `gave no answer within ${agent.maxModelCalls} calls, only tool calls`;
  throw providersExhausted([{ ref: execution.request.model, what }]);
}

function notAllowed(agent: AgentDefinition, tool: string): AppError {
  const message = `the agent ${agent.agentId} called ${tool || "a tool without a name"}, which is not on its list`;
  return new AppError("TOOL_NOT_ALLOWED", message, { metadata: { tool, agent_id: agent.agentId } });
}
