import { z } from "zod";
import { parsed } from "./tool-commands.ts";

const patchResult = z.object({
  status: z.enum(["applied", "rejected", "open", "invalid", "conflict", "nothing_to_do"]),
  version: z.number().optional(),
  rejected: z.array(z.string()).default([]),
  comments: z.array(z.string()).default([]),
  problems: z.array(z.string()).default([]),
});
type PatchResult = z.infer<typeof patchResult>;

export const problemsResult = z.object({ problems: z.array(z.string()), more: z.number() });

/** What is said of a proposal when it is decided. */
export function patchAnswer(result: string): string {
  const patch = parsed(patchResult, result);
  if (!patch) return `It could not be proposed: ${result}`;
  const comments = listOf(patch.comments);
  switch (patch.status) {
    case "applied": {
      const without = patch.rejected.length > 0 ? `, without ${patch.rejected.join(", ")}` : "";
      return `Done: it is version ${patch.version} of the model${without}.${comments}`;
    }
    case "rejected":
      return `I changed nothing, as you wish.${comments}`;
    case "open":
      return `The patch waits for its review.${comments}`;
    case "nothing_to_do":
      return "There is nothing to repair.";
    case "invalid":
    case "conflict":
      return `I could not do that:${listOf(patch.problems)}`;
  }
}

/** Whether somebody else was faster, so that it is worth trying again. */
export const isConflict = (result: string): boolean => statusOf(result) === "conflict";

const statusOf = (result: string): PatchResult["status"] | undefined => parsed(patchResult, result)?.status;

const listOf = (lines: readonly string[]): string =>
  lines.length === 0 ? "" : `\n\n${lines.map((line) => `- ${line}`).join("\n")}`;
