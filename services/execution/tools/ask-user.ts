import { z } from "zod";
import { defineQuestion, type Question } from "./tool.ts";

const LONGEST_ANSWER = 4000;

const option = z.string().trim().min(1).max(200);

export const askUser = defineQuestion({
  name: "ask_user",
  description:
    "Asks the person something that only they can decide or know, and waits for the answer. With options they choose among them; kind confirm asks for a yes or no.",
  schema: z
    .strictObject({
      question: z.string().trim().min(1).max(2000).describe("what to ask, in one or two sentences"),
      kind: z.enum(["text", "confirm", "choice"]).default("text"),
      options: z.array(option).min(2).max(20).optional().describe("what to choose from; for kind choice"),
      multiple: z.boolean().optional().describe("whether several may be chosen; for kind choice"),
    })
    .refine(({ kind, options }) => (kind === "choice") === (options !== undefined), {
      message: "are given with kind choice, and only then",
      path: ["options"],
    })
    .refine(({ options = [] }) => new Set(options).size === options.length, {
      message: "must differ from each other",
      path: ["options"],
    }),
  ask: ({ question: prompt, kind, options = [], multiple = false }) => {
    return { prompt, question: questionOf(kind, options, multiple) };
  },
});

function questionOf(kind: string, labels: readonly string[], multiple: boolean): Question["question"] {
  if (kind === "confirm") return { case: "confirm", value: {} };
  if (kind === "text") return { case: "text", value: { maxLength: LONGEST_ANSWER } };
  // The label is its own id, so that the model reads what was chosen.
  return {
    case: "choice",
    value: { options: labels.map((label) => ({ optionId: label, label })), multiple },
  };
}
