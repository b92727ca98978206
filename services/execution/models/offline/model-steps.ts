import { z } from "zod";
import type { Answer, OfflineCommand, Situation } from "./command.ts";
import { isConflict, patchAnswer } from "./patch-answer.ts";
import { callTool, parsed } from "./tool-commands.ts";

const elementResult = z.object({
  id: z.string(),
  type: z.string(),
  name: z.string(),
  incoming: z.array(z.string()).default([]),
  outgoing: z.array(z.string()).default([]),
});
export type FoundElement = z.infer<typeof elementResult>;
const findResult = z.object({ elements: z.array(elementResult) });

/** The arguments of propose_patch. */
export interface Changes {
  title: string;
  operations: object[];
}

/** How often a patch that conflicts is looked up and proposed anew. */
const MOST_TRIES = 3;

/**
 * The steps of a command that changes a model: find each element that it names, propose the patch, and when somebody
 * else was faster, do both again.
 */
export function changeSteps(
  namesOf: (match: RegExpExecArray) => readonly string[],
  changesOf: (match: RegExpExecArray, elements: readonly (FoundElement | undefined)[]) => Changes,
): Pick<OfflineCommand, "answer" | "next"> {
  const step = (results: readonly string[], match: RegExpExecArray, situation: Situation): Answer => {
    const names = namesOf(match);
    const perTry = names.length + 1;
    const done = results.length % perTry;
    const last = results.at(-1) ?? "";
    const mayRetry = results.length < MOST_TRIES * perTry && isConflict(last);
    if (results.length > 0 && done === 0 && !mayRetry) return patchAnswer(last);
    const searched = results.slice(results.length - done);
    const elements = searched.map((result, i) => found(result, names[i] ?? ""));
    const missing = elements.find((element) => typeof element === "string");
    if (missing !== undefined) return missing;
    const next = names[done];
    if (next !== undefined) return callTool(situation, "find", { text: next });
    return callTool(situation, "propose_patch", { ...changesOf(match, elements as FoundElement[]) });
  };
  return { answer: (match, situation) => step([], match, situation), next: step };
}

/** The one element of that name, or what to say when there is none or more than one. */
export function found(result: string, name: string): FoundElement | string {
  const elements = parsed(findResult, result)?.elements;
  if (!elements) return `I could not look up “${name}”: ${result}`;
  const exact = elements.filter((element) => element.id === name || element.name.trim() === name.trim());
  const candidates = exact.length > 0 ? exact : elements;
  const [first, ...others] = candidates;
  if (!first) return `I found nothing called “${name}”.`;
  if (others.length === 0) return first;
  const list = candidates.map(({ id, type, name: label }) => `- **${label}** (${type}, \`${id}\`)`);
  return `“${name}” could be each of these; say it with the id:\n\n${list.join("\n")}`;
}

export const nameOf = (element: FoundElement | undefined): string =>
  element === undefined ? "" : element.name || element.id;
