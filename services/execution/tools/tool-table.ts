import { askUser } from "./ask-user.ts";
import { calculate } from "./calculate.ts";
import { createArtifact } from "./create-artifact.ts";
import { currentTime } from "./current-time.ts";
import { lookUpArtifact } from "./look-up-artifact.ts";
import { find } from "./modeling/find-elements.ts";
import { proposePatch, repairModel } from "./modeling/propose-patch.ts";
import { expand, understandModel } from "./modeling/understand-model.ts";
import { validateModel } from "./modeling/validate-model.ts";
import type { Tool } from "./tool.ts";

const TOOLS: readonly Tool[] = [
  currentTime,
  lookUpArtifact,
  askUser,
  createArtifact,
  calculate,
  understandModel,
  expand,
  find,
  validateModel,
  proposePatch,
  repairModel,
];
const BY_NAME: ReadonlyMap<string, Tool> = new Map(TOOLS.map((tool) => [tool.name, tool]));

export const TOOL_NAMES: readonly string[] = [...BY_NAME.keys()];

/** A tool of an agent's list that does not exist is a mistake of ours. */
export function toolNamed(name: string): Tool {
  const tool = BY_NAME.get(name);
  if (!tool) throw new Error(`no tool ${name}`);
  return tool;
}
