import type { Answer, OfflineCommand, Said, Situation } from "./command.ts";
import { MODEL_COMMANDS } from "./model-commands.ts";
import { PERSON_COMMANDS } from "./person-commands.ts";
import { TEXT_COMMANDS } from "./text-commands.ts";
import { TOOL_COMMANDS } from "./tool-commands.ts";

const HELP: OfflineCommand = {
  pattern: /^(?:help|what can you do)\b\W*$/i,
  usage: "help",
  does: "shows this list",
  answer: () => `I am the built-in offline model. I understand:\n\n${commandList()}`,
};

/** Everything the offline model understands, first match first. */
const COMMANDS: readonly OfflineCommand[] = [
  ...TOOL_COMMANDS,
  ...PERSON_COMMANDS,
  ...MODEL_COMMANDS,
  ...TEXT_COMMANDS,
  HELP,
];

const LONGEST_GIST = 12;

/** What the offline model says next; the same situation always gets the same answer. */
export function offlineAnswer(situation: Situation): Answer {
  const { messages } = situation;
  const question = messages.findLast((message) => message.by === "user")?.text.trim() ?? "";
  for (const command of COMMANDS) {
    const match = command.pattern.exec(question);
    if (!match) continue;
    const results = resultsSinceQuestion(messages);
    const last = results.at(-1);
    if (last !== undefined && command.next) return command.next(results, match, situation);
    if (last !== undefined && command.afterTool) return command.afterTool(last, match);
    return command.answer(match, situation);
  }
  return notUnderstood(question);
}

/** What tools have answered since the user spoke, if the last to speak was one. */
function resultsSinceQuestion(messages: readonly Said[]): string[] {
  if (messages.at(-1)?.by !== "tool") return [];
  const question = messages.findLastIndex(({ by }) => by === "user");
  return messages.slice(question + 1).flatMap(({ by, text }) => (by === "tool" ? [text] : []));
}

function notUnderstood(question: string): string {
  const about = question === "" ? "You sent no text." : `You wrote: “${gistOf(question)}”`;
  return `${about}\n\nI am the built-in **offline model**: I follow commands, I do not think. I understand:\n\n${commandList()}\n\nFor real answers, configure a provider in \`MODEL_PROVIDERS\`.`;
}

function gistOf(question: string): string {
  const words = question.split(/\s+/);
  const gist = words.slice(0, LONGEST_GIST).join(" ").slice(0, 200).toWellFormed();
  return words.length > LONGEST_GIST ? `${gist} …` : gist;
}

const commandList = (): string => COMMANDS.map(({ usage, does }) => `- \`${usage}\`: ${does}`).join("\n");
