import type { OfflineCommand, Said } from "./command.ts";

const LONGEST_SENTENCE = 160;

export const TEXT_COMMANDS: readonly OfflineCommand[] = [
  {
    pattern: /^echo\s+(.+)$/is,
    usage: "echo <text>",
    does: "says the text",
    answer: ([, text = ""]) => text,
  },
  {
    pattern: /^repeat\s+(\d{1,9})\s+(.+)$/is,
    usage: "repeat <n> <text>",
    does: "says the text n times, as far as the output limit lets it",
    answer: ([, times, text = ""]) => repeated(Number(times), () => text),
  },
  {
    pattern: /^count\s+to\s+(\d{1,9})\W*$/i,
    usage: "count to <n>",
    does: "counts from 1 to n, as far as the output limit lets it",
    answer: ([, last]) => repeated(Number(last), String),
  },
  {
    pattern: /^summari[sz]e\b/i,
    usage: "summarise",
    does: "lists the first sentence of each message so far",
    answer: (_match, { messages }) => summaryOf(messages.slice(0, -1)),
  },
];

function* repeated(times: number, text: (turn: number) => string): Iterable<string> {
  for (let turn = 1; turn <= times; turn += 1) yield turn === 1 ? text(turn) : ` ${text(turn)}`;
}

function summaryOf(messages: readonly Said[]): string {
  const said = messages.filter((message) => message.by !== "tool" && message.text.trim() !== "");
  if (said.length === 0) return "There is nothing to summarise yet: this is the first message.";
  const lines = said.map(
    (message) => `- **${message.by === "user" ? "You" : "Assistant"}**: ${firstSentence(message.text)}`,
  );
  return `${said.length} ${said.length === 1 ? "message" : "messages"} so far:\n\n${lines.join("\n")}`;
}

function firstSentence(text: string): string {
  const flat = text.replaceAll(/\s+/g, " ").trim();
  const sentence = /^.*?[.!?](?=\s|$)/.exec(flat)?.[0] ?? flat;
  const letters = [...sentence];
  return letters.length <= LONGEST_SENTENCE ? sentence : `${letters.slice(0, LONGEST_SENTENCE).join("")}…`;
}
