import { isGraphInterrupt } from "@langchain/langgraph";
import { AppError } from "../../platform/errors/app-error.ts";
import { createGuardedFetch, NetworkFailure } from "./guarded-fetch.ts";
import { OutOfMemory } from "./isolated-work.ts";
import { schemaProblems } from "./schema-check.ts";
import { ToolInputError, type Tool, type ToolContext } from "./tool.ts";

/** Longest result that a model gets to see, and longest arguments that are looked at, in characters. */
const LONGEST_RESULT = 16_000;
const LONGEST_ARGUMENTS = 64_000;
const TOOL_TIMEOUT_MILLISECONDS = 10_000;

export interface ToolOutcome {
  result: string;
  failed: boolean;
}

/** What a call is given; what else its context holds is made for it. */
export type CallContext = Omit<ToolContext, "fetch">;

/** Calls a tool with the arguments as the model wrote them. Whatever goes wrong becomes a result that says so. */
export async function callTool(
  tool: Tool,
  argumentsJson: string,
  context: CallContext,
  timeoutMilliseconds = tool.timeoutMilliseconds ?? TOOL_TIMEOUT_MILLISECONDS,
): Promise<ToolOutcome> {
  const timeout = new AbortController();
  const signal = AbortSignal.any([context.signal, timeout.signal]);
  const timer = setTimeout(() => timeout.abort(new ToolTimeout()), timeoutMilliseconds);
  try {
    const args = argumentsOf(argumentsJson);
    const fetch = createGuardedFetch({ origins: tool.origins ?? [], signal });
    const value = await untilAborted(tool.run(args, { ...context, fetch, signal }), signal);
    return { result: resultOf(tool, value), failed: false };
  } catch (error) {
    // How LangGraph suspends a graph: the tool asks a person.
    if (isGraphInterrupt(error)) throw error;
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

class UnusableResult extends Error {}

/** A text as it is, anything else as JSON; a part of it would be no JSON, so one that is too long fails. */
function resultOf(tool: Tool, value: unknown): string {
  const json = JSON.stringify(value) ?? "";
  const longest = tool.longestResult ?? LONGEST_RESULT;
  if (json.length > 2 * longest) throw tooLong(json, longest);
  const broken = json === "" ? ["there is none"] : schemaProblems(tool.result, JSON.parse(json), "result");
  if (broken.length > 0)
    throw new UnusableResult(`its result is not what it should be: ${broken.join("; ")}`);
  const result = (typeof value === "string" ? value : json).toWellFormed();
  if (result.length > longest) throw tooLong(result, longest);
  return result;
}

const tooLong = ({ length }: string, longest: number) =>
  new UnusableResult(`its result has ${length} characters, and at most ${longest} are taken; ask for less`);

/** A model that wants no arguments may send none. */
function argumentsOf(json: string): unknown {
  if (json.trim() === "") return {};
  if (json.length > LONGEST_ARGUMENTS)
    throw new ToolInputError(
      `they have ${json.length} characters, and at most ${LONGEST_ARGUMENTS} are taken`,
    );
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
  if (error instanceof OutOfMemory) return `${tool.name} would take more memory than it may.`;
  if (error instanceof AppError || error instanceof NetworkFailure || error instanceof UnusableResult)
    return `${tool.name} failed: ${error.message}`;
  return `${tool.name} failed.`;
}

function cut(result: string): string {
  if (result.length <= LONGEST_RESULT) return result;
  const note = `\n[cut: the result has ${result.length} characters]`;
  return result.slice(0, LONGEST_RESULT - note.length).toWellFormed() + note;
}
