import type { Answer, OfflineCommand, Situation } from "./command.ts";
import { changeSteps, found, nameOf, type Changes, type FoundElement } from "./model-steps.ts";
import { callTool, parsed, unquoted } from "./tool-commands.ts";
import { patchAnswer, problemsResult } from "./patch-answer.ts";

const NAMED = String.raw`["'“]([^"'”]+)["'”]`;
const WORD = String.raw`[\w:-]+`;

/** What the offline model can do with a model: each change is looked up, proposed, and waits for a person. */
export const MODEL_COMMANDS: readonly OfflineCommand[] = [
  {
    pattern: new RegExp(
      String.raw`^add (?:an? )?(${WORD}(?: ${WORD})?) ${NAMED} (after|before) ${NAMED}( and connect (?:it|them))?\W*$`,
      "iu",
    ),
    usage: 'add task "<name>" after "<name>" [and connect it]',
    does: "proposes a new element of any type beside another one (also `before`), connected in the flow",
    ...changeSteps(([, , , , anchor = ""]) => [anchor], insertion),
  },
  {
    pattern: new RegExp(String.raw`^add (?:an? )?(${WORD}(?: ${WORD})?) ${NAMED}(?: in ${NAMED})?\W*$`, "iu"),
    usage: 'add task "<name>" [in "<container>"]',
    does: "proposes a new element that is not connected",
    ...changeSteps(
      ([, , , container]) => (container === undefined ? [] : [container]),
      ([, type = "", name = ""], [container]) => ({
        title: `Add ${name}`,
        operations: [{ op: "add_node", type: camel(type), name, ...(container && { parent: container.id }) }],
      }),
    ),
  },
  {
    pattern: new RegExp(
      String.raw`^connect ${NAMED} (?:to|with) ${NAMED}(?: (?:as|by) (${WORD}))?\W*$`,
      "iu",
    ),
    usage: 'connect "<name>" to "<name>" [as <type>]',
    does: "proposes a relation between two elements",
    ...changeSteps(
      ([, source = "", target = ""]) => [source, target],
      ([, , , type], [source, target]) => ({
        title: `Connect ${nameOf(source)} to ${nameOf(target)}`,
        operations: [{ op: "connect", source: source?.id, target: target?.id, ...(type && { type }) }],
      }),
    ),
  },
  {
    pattern: new RegExp(String.raw`^rename ${NAMED} (?:to|as) ${NAMED}\W*$`, "iu"),
    usage: 'rename "<name>" to "<name>"',
    does: "proposes another name",
    ...changeSteps(
      ([, name = ""]) => [name],
      ([, , name], [element]) => ({
        title: `Rename ${nameOf(element)}`,
        operations: [{ op: "rename", target: element?.id, name }],
      }),
    ),
  },
  {
    pattern: new RegExp(String.raw`^(?:remove|delete) ${NAMED}\W*$`, "iu"),
    usage: 'remove "<name>"',
    does: "proposes to take an element out; what came before it is connected with what comes after",
    ...changeSteps(
      ([, name = ""]) => [name],
      (_match, [element]) => ({
        title: `Remove ${nameOf(element)}`,
        operations: [{ op: "remove_node", target: element?.id, bridge: true }],
      }),
    ),
  },
  {
    pattern: new RegExp(String.raw`^what (?:depends on|uses|is affected by) ${NAMED}\W*$`, "iu"),
    usage: 'what depends on "<name>"',
    does: "shows what would notice a change of it",
    answer: ([, name = ""], situation) => callTool(situation, "find", { text: name }),
    next: (results, [, name = ""], situation) => impactOf(results, name, situation),
  },
  {
    pattern: /^(?:validate|check)(?: the)?(?: model| diagram| process)?\W*$/i,
    usage: "validate",
    does: "says what is wrong with the model",
    answer: (_match, situation) => callTool(situation, "validate_model", {}),
    afterTool(result) {
      const said = parsed(problemsResult, result);
      if (!said) return `The model cannot be checked: ${result}`;
      if (said.problems.length === 0) return "I found nothing wrong.";
      const more = said.more > 0 ? `\n\nand ${said.more} more.` : "";
      return `I found:\n\n${said.problems.map((line) => `- ${line}`).join("\n")}${more}`;
    },
  },
  {
    pattern: /^(?:describe|show|understand)(?: the)? (?:model|diagram|process)\W*$/i,
    usage: "describe the model",
    does: "shows the model as an agent reads it",
    answer: (_match, situation) => callTool(situation, "understand_model", {}),
    afterTool: (result) => `\`\`\`text\n${result}\n\`\`\``,
  },
  repair(/^label(?: the| all)? unnamed(?: elements)?\W*$/i, "label unnamed elements", "label_unnamed"),
  repair(
    /^connect(?: the| all)? disconnected(?: elements)?\W*$/i,
    "connect the disconnected",
    "connect_disconnected",
  ),
  repair(/^add default flows\W*$/i, "add default flows", "add_default_flows"),
];

function repair(pattern: RegExp, usage: string, name: string): OfflineCommand {
  return {
    pattern,
    usage,
    does: "proposes a patch that repairs it",
    answer: (_match, situation) => callTool(situation, "repair_model", { repair: name }),
    afterTool: (result) => patchAnswer(result),
  };
}

/** Into the flow if asked: what left the anchor (or came to it) now leaves (or comes to) the new one. */
function insertion(match: RegExpExecArray, [anchor]: readonly (FoundElement | undefined)[]): Changes {
  const [, type = "", name = "", where = "", , connected] = match;
  const after = where.toLowerCase() === "after";
  const id = anchor?.id;
  const operations: object[] = [{ op: "add_node", id: "new", type: camel(type), name, near: id }];
  if (connected !== undefined) {
    const moved = (after ? anchor?.outgoing : anchor?.incoming) ?? [];
    for (const relation of moved)
      operations.push({ op: "reconnect", relation, [after ? "source" : "target"]: "@new" });
    operations.push(
      after ? { op: "connect", source: id, target: "@new" } : { op: "connect", source: "@new", target: id },
    );
  }
  return { title: `Add ${name} ${after ? "after" : "before"} ${nameOf(anchor)}`, operations };
}

function impactOf(results: readonly string[], name: string, situation: Situation): Answer {
  const [search, impact] = results;
  if (impact !== undefined) return `\`\`\`text\n${impact}\n\`\`\``;
  const element = found(search ?? "", unquoted(name));
  if (typeof element === "string") return element;
  return callTool(situation, "understand_model", { intent: "impact", focus: [element.id] });
}

/** "user task" as formats spell it: "userTask"; what is one word stays as it is. */
const camel = (type: string): string =>
  type.trim().replaceAll(/\s+(\w)/g, (_, letter: string) => letter.toUpperCase());
