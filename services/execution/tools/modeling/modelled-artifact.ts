import { z } from "zod";
import { ToolInputError, type ToolContext } from "../tool.ts";

export const artifactId = z
  .uuid()
  .optional()
  .describe("the modelled artifact; default: what the conversation is about");

/** The artifact that is meant. Throws ToolInputError when nobody said and the chat is about none. */
export async function artifactIdOf(
  given: string | undefined,
  { ports, modeler }: ToolContext,
): Promise<string> {
  if (given !== undefined) return given;
  const artifact = await ports.models.artifactOfChat(modeler);
  if (artifact) return artifact.artifactId;
  throw new ToolInputError("artifact_id is missing, and this chat is not about a modelled artifact");
}
