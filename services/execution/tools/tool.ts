import { z } from "zod";
import type { ToolPorts } from "../tool-ports.ts";

/** On whose behalf and with what a tool works. */
export interface ToolContext {
  tenantId: string;
  userId: string;
  ports: ToolPorts;
  /** The same when a crashed run calls the tool again for the same call: an effect happens once per key. */
  idempotencyKey: string;
  signal: AbortSignal;
}

/** Something a model may call; the schema is what the model is told and what its arguments must match. */
export interface Tool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
  /** Throws ToolInputError when the arguments break the schema. */
  run(args: unknown, context: ToolContext): Promise<string>;
}

/** The arguments cannot be used; the message tells the model what is wrong. */
export class ToolInputError extends Error {}

interface ToolDefinition<S extends z.ZodType> {
  name: string;
  description: string;
  schema: S;
  run(args: z.infer<S>, context: ToolContext): Promise<string>;
}

export function defineTool<S extends z.ZodType>({ name, description, schema, run }: ToolDefinition<S>): Tool {
  return {
    name,
    description,
    parameters: z.toJSONSchema(schema),
    async run(args, context) {
      const parsed = schema.safeParse(args);
      if (parsed.success) return run(parsed.data, context);
      const problems = parsed.error.issues.map(
        ({ path, message }) => `${path.join(".") || "arguments"}: ${message}`,
      );
      throw new ToolInputError(problems.join("; "));
    },
  };
}
