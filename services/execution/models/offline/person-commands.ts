import { z } from "zod";
import type { OfflineCommand } from "./command.ts";
import { callTool, parsed, unquoted } from "./tool-commands.ts";

const answerResult = z.object({ answer: z.string(), comment: z.string().default("") });
const choiceResult = z.object({ chosen: z.array(z.string()) });
const createdResult = z.object({ artifact_id: z.string(), title: z.string() });

/** What a person is asked in the middle of an answer. */
export const PERSON_COMMANDS: readonly OfflineCommand[] = [
  {
    pattern: /^ask me (?:yes or no|to confirm)\s+(.+)$/is,
    usage: "ask me yes or no <question>",
    does: "asks with the tool `ask_user` and waits for a yes or a no",
    answer: ([, question = ""], situation) =>
      callTool(situation, "ask_user", { question: question.trim(), kind: "confirm" }),
    afterTool(result) {
      const said = parsed(answerResult, result);
      if (!said) return `Nobody could be asked: ${result}`;
      return `You said **${said.answer}**${said.comment === "" ? "." : `: ${said.comment}`}`;
    },
  },
  {
    pattern: /^ask me to choose\s+(?:(any) of\s+)?(.+)$/is,
    usage: "ask me to choose [any of] <a>, <b> or <c>",
    does: "asks with the tool `ask_user` and waits for a choice",
    answer: ([, any, list = ""], situation) =>
      callTool(situation, "ask_user", {
        question: "Which one do you choose?",
        kind: "choice",
        options: list
          .split(/,|\s+or\s+/)
          .map((option) => unquoted(option))
          .filter(Boolean),
        ...(any !== undefined && { multiple: true }),
      }),
    afterTool(result) {
      const chosen = parsed(choiceResult, result)?.chosen;
      return chosen ? `You chose **${chosen.join(", ")}**.` : `Nobody could be asked: ${result}`;
    },
  },
  {
    pattern: /^ask me\s+(.+)$/is,
    usage: "ask me <question>",
    does: "asks with the tool `ask_user` and waits for an answer in words",
    answer: ([, question = ""], situation) => callTool(situation, "ask_user", { question: question.trim() }),
    afterTool(result) {
      const said = parsed(answerResult, result)?.answer;
      return said === undefined ? `Nobody could be asked: ${result}` : `You answered: ${said}`;
    },
  },
  {
    pattern: /^create (?:an? )?artifact\s+(.+)$/is,
    usage: "create artifact <title>",
    does: "calls the tool `create_artifact`, which you have to approve",
    answer: ([, title = ""], situation) => callTool(situation, "create_artifact", { title: unquoted(title) }),
    afterTool(result) {
      const created = parsed(createdResult, result);
      if (created) return `I created **${created.title}** (\`${created.artifact_id}\`).`;
      return result.startsWith("NOT_APPROVED") ? "I created nothing, as you wish." : `It failed: ${result}`;
    },
  },
];
