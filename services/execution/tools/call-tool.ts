import { AppError } from "../../platform/errors/app-error.ts";
import { ToolInputError, type Tool, type ToolContext } from "./tool.ts";

/** Longest result that a model gets to see, in characters. */
const LONGEST_RESULT = 16_000;
export const TOOL_TIMEOUT_MILLISECONDS = 10_000;

export interface ToolOutcome {
  result: string;
  failed: boolean;
}

/** Calls a tool with the arguments as the model wrote them. Whatever goes wrong becomes a result that says so. */
export async function callTool(
  tool: Tool,
  argumentsJson: string,
  context: ToolContext,
  timeoutMilliseconds = TOOL_TIMEOUT_MILLISECONDS,
): Promise<ToolOutcome> {
  const timeout = new AbortController();
  const signal = AbortSignal.any([context.signal, timeout.signal]);
  const timer = setTimeout(() => timeout.abort(new ToolTimeout()), timeoutMilliseconds);
  try {
    const args = argumentsOf(argumentsJson);
    const result = await untilAborted(tool.run(args, { ...context, signal }), signal);
    return { result: cut(result.toWellFormed()), failed: false };
  } catch (error) {
    context.signal.throwIfAborted();
    return { result: cut(explain(tool, error, timeoutMilliseconds)), failed: true };
  } finally {
    clearTimeout(timer);
  }
}

/** The arguments as the tool takes them, or the result that says why it cannot use them. */
export function parsedArguments(
  tool: Tool,
  argumentsJson: string,
): { ok: true; args: unknown } | { ok: false; outcome: ToolOutcome } {
  try {
    return { ok: true, args: tool.parse(argumentsOf(argumentsJson)) };
  } catch (error) {
    return { ok: false, outcome: { result: cut(explain(tool, error, 0)), failed: true } };
  }
}

class ToolTimeout extends Error {}

/** A model that wants no arguments may send none. */
function argumentsOf(json: string): unknown {
  if (json.trim() === "") return {};
  try {
    return JSON.parse(json);
  } catch {
    throw new ToolInputError("they are not valid JSON");
  }
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

function explain(tool: Tool, error: unknown, timeoutMilliseconds: number): string {
  if (error instanceof ToolInputError)
    return `The arguments of ${tool.name} cannot be used: ${error.message}`.toWellFormed();
  if (error instanceof ToolTimeout)
    return `${tool.name} did not answer within ${timeoutMilliseconds / 1000} seconds.`;
  if (error instanceof AppError) return `${tool.name} failed: ${error.message}`;
  return `${tool.name} failed.`;
}

function cut(result: string): string {
  if (result.length <= LONGEST_RESULT) return result;
  const note = `\n[cut: the result has ${result.length} characters]`;
  return result.slice(0, LONGEST_RESULT - note.length).toWellFormed() + note;
}
