/** One message as the commands see it. */
export interface Said {
  by: "user" | "assistant" | "tool";
  text: string;
}

/** What a command can look at. */
export interface Situation {
  /** All messages but the system prompt, oldest first. */
  messages: readonly Said[];
  /** Names of the tools that may be called. */
  tools: ReadonlySet<string>;
}

/** Text, whole or in pieces made as they are needed, or a tool to call first. */
export type Answer = string | Iterable<string> | { tool: string; args: Record<string, unknown> };

/** One sentence that the offline model understands. */
export interface OfflineCommand {
  pattern: RegExp;
  /** How it is written, for the list of commands. */
  usage: string;
  does: string;
  answer(match: RegExpExecArray, situation: Situation): Answer;
  /** Continues after its tool has answered. */
  afterTool?(result: string, match: RegExpExecArray): string;
  /** Of a command that takes several steps: continues from all that tools have answered so far, oldest first. */
  next?(results: readonly string[], match: RegExpExecArray, situation: Situation): Answer;
}
