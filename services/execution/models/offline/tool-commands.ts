import { z } from "zod";
import type { Answer, OfflineCommand, Situation } from "./command.ts";

const timeResult = z.object({ local: z.string(), timezone: z.string() });
const calculateResult = z.object({ value: z.string(), exact: z.boolean() });
const artifactsResult = z.object({
  artifacts: z.array(z.object({ artifact_id: z.string(), title: z.string(), kind: z.string() })),
});

export const TOOL_COMMANDS: readonly OfflineCommand[] = [
  {
    pattern: /^what(?:'s| is)? (?:the )?time(?: is it)?(?: now)?(?: in ([\w/+-]{1,64}))?\W*$/i,
    usage: "what time is it [in <time zone>]",
    does: "asks the tool `current_time`",
    answer: ([, timezone], situation) =>
      callTool(situation, "current_time", timezone === undefined ? {} : { timezone }),
    afterTool(result) {
      const time = parsed(timeResult, result);
      return time ? `It is **${time.local}** (${time.timezone}).` : `The clock did not answer: ${result}`;
    },
  },
  {
    pattern: /^(?:look ?up|find(?: the)? artifacts?)\s+(.+)$/is,
    usage: "look up <title or id>",
    does: "asks the tool `look_up_artifact`",
    answer: ([, query = ""], situation) =>
      callTool(situation, "look_up_artifact", { query: unquoted(query) }),
    afterTool(result, [, query = ""]) {
      const found = parsed(artifactsResult, result)?.artifacts;
      if (!found) return `The look-up failed: ${result}`;
      if (found.length === 0) return `No artifact matches “${unquoted(query)}”.`;
      const lines = found.map(({ title, kind, artifact_id: id }) => `- **${title}** (${kind}, \`${id}\`)`);
      return `${found.length === 1 ? "One artifact matches" : `${found.length} artifacts match`}:\n\n${lines.join("\n")}`;
    },
  },
  {
    pattern: /^(?:calculate|what is|=)\s*([-+*/%^()\d.\s]*\d[-+*/%^()\d.\s]*?)[\s?=.]*$/i,
    usage: "calculate <expression>",
    does: "asks the tool `calculate`",
    answer: ([, expression = ""], situation) =>
      callTool(situation, "calculate", { expression: expression.trim() }),
    afterTool(result) {
      const found = parsed(calculateResult, result);
      if (!found) return `That cannot be calculated: ${result}`;
      return `That is ${found.exact ? "" : "about "}**${found.value}**.`;
    },
  },
];

export function callTool({ tools }: Situation, tool: string, args: Record<string, unknown>): Answer {
  if (tools.has(tool)) return { tool, args };
  return `I cannot do that here: this agent does not have the tool \`${tool}\`. Ask the agent \`tools\`.`;
}

export function parsed<T>(schema: z.ZodType<T>, json: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(json)).data;
  } catch {
    return undefined;
  }
}

export function unquoted(text: string): string {
  const trimmed = text.trim();
  const bare = /[?.!]$/.test(trimmed) ? trimmed.slice(0, -1).trimEnd() : trimmed;
  return bare.replace(/^["'“](.*)["'”]$/s, "$1");
}
