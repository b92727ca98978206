import type { InterruptSchema } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { z } from "zod";
import type { Scope } from "../../platform/auth/scopes.ts";
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

/** What a person is asked, without what the graph adds. */
export type Question = Required<Pick<MessageInitShape<typeof InterruptSchema>, "prompt" | "question">>;

/** A person has to allow each call. */
export interface Approval {
  /** The scope that the person needs: it is as if he did it himself. */
  scope: Scope;
  /** What he is asked, given arguments that match the schema. */
  prompt(args: unknown): string;
}

/** Something a model may call; the schema is what the model is told and what its arguments must match. */
export interface Tool {
  name: string;
  description: string;
  /** JSON Schema of the arguments. */
  parameters: Record<string, unknown>;
  needsApproval?: Approval;
  /** A tool that asks a person has no `run` of its own: the answer is its result. Takes what `parse` returns. */
  ask?(args: unknown): Question;
  /** The arguments as the tool takes them. Throws ToolInputError when they break the schema. */
  parse(args: unknown): unknown;
  /** Throws ToolInputError when the arguments break the schema. */
  run(args: unknown, context: ToolContext): Promise<string>;
}

/** The arguments cannot be used; the message tells the model what is wrong. */
export class ToolInputError extends Error {}

interface ToolDefinition<S extends z.ZodType> {
  name: string;
  description: string;
  schema: S;
  needsApproval?: { scope: Scope; prompt(args: z.infer<S>): string };
  run(args: z.infer<S>, context: ToolContext): Promise<string>;
}

export function defineTool<S extends z.ZodType>(definition: ToolDefinition<S>): Tool {
  const { name, description, schema, needsApproval, run } = definition;
  const parse = parserOf(schema);
  return {
    name,
    description,
    parameters: parametersOf(schema),
    parse,
    ...(needsApproval && {
      needsApproval: {
        scope: needsApproval.scope,
        prompt: (args: unknown) => needsApproval.prompt(args as z.infer<S>),
      },
    }),
    run: async (args, context) => run(parse(args), context),
  };
}

interface QuestionDefinition<S extends z.ZodType> {
  name: string;
  description: string;
  schema: S;
  ask(args: z.infer<S>): Question;
}

/** A tool that asks a person. */
export function defineQuestion<S extends z.ZodType>(definition: QuestionDefinition<S>): Tool {
  const { name, description, schema, ask } = definition;
  return {
    name,
    description,
    parameters: parametersOf(schema),
    parse: parserOf(schema),
    ask: (args) => ask(args as z.infer<S>),
    run: () => Promise.reject(new TypeError(`${name} is answered by a person`)),
  };
}

/** A model may leave out what has a default. */
const parametersOf = (schema: z.ZodType): Record<string, unknown> => z.toJSONSchema(schema, { io: "input" });

function parserOf<S extends z.ZodType>(schema: S): (args: unknown) => z.infer<S> {
  return (args) => {
    const parsed = schema.safeParse(args);
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".") || "arguments"}: ${message}`,
    );
    throw new ToolInputError(problems.join("; "));
  };
}
