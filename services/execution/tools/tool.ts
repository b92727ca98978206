import type { InterruptAnswer, InterruptSchema } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { z } from "zod";
import type { Scope } from "../../platform/auth/scopes.ts";
import type { SuggestedPatch } from "../agent-event.ts";
import type { Modeler } from "../model-ports.ts";
import type { ToolPorts } from "../tool-ports.ts";
import type { GuardedFetch } from "./guarded-fetch.ts";
import { runIsolated, type IsolatedWork } from "./isolated-work.ts";
import { schemaProblems, type JsonSchema } from "./schema-check.ts";
import { ToolInputError } from "./tool-failures.ts";

export { ToolInputError } from "./tool-failures.ts";

/** On whose behalf and with what a tool works. */
export interface ToolContext {
  tenantId: string;
  userId: string;
  ports: ToolPorts;
  /** The same when a crashed run calls the tool again for the same call: an effect happens once per key. */
  idempotencyKey: string;
  /** The only way to the network: to the origins of the tool's list. */
  fetch: GuardedFetch;
  signal: AbortSignal;
  /** As whom it works on models. */
  modeler: Modeler;
  /**
   * Asks a person in the middle of the work. The run waits, and the tool is run again with the answer: whatever it did
   * before has to happen once per `idempotencyKey`.
   */
  ask(question: Question): GivenAnswer;
  /** Shows readers a patch, or how it stands now. */
  suggest(suggestion: SuggestedPatch): void;
}

/** An answer, and the user who gave it. */
export interface GivenAnswer {
  answer: InterruptAnswer["answer"];
  userId: string;
}

/** What a person is asked, without what the graph adds. */
export type Question = Required<Pick<MessageInitShape<typeof InterruptSchema>, "prompt" | "question">> &
  Pick<MessageInitShape<typeof InterruptSchema>, "patchId">;

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
  parameters: JsonSchema;
  /** JSON Schema of the result; what does not match it no model sees. */
  result: JsonSchema;
  /** What it may reach, such as "https://api.example.com"; default: nothing. */
  origins?: readonly string[];
  /** How long a call may take; default: 10 s. */
  timeoutMilliseconds?: number;
  /** Most characters of its result; default: 16,000. */
  longestResult?: number;
  needsApproval?: Approval;
  /** A tool that asks a person has no `run` of its own: the answer is its result. Takes what `parse` returns. */
  ask?(args: unknown): Question;
  /** The arguments as the tool takes them. Throws ToolInputError when they break the schema. */
  parse(args: unknown): unknown;
  /** Resolves to JSON. Throws ToolInputError when the arguments break the schema. */
  run(args: unknown, context: ToolContext): Promise<unknown>;
}

interface ToolDefinition<S extends z.ZodType, R extends z.ZodType> extends Pick<
  Tool,
  "name" | "description" | "origins" | "timeoutMilliseconds" | "longestResult"
> {
  schema: S;
  result: R;
  needsApproval?: { scope: Scope; prompt(args: z.infer<S>): string };
  run(args: z.infer<S>, context: ToolContext): Promise<z.infer<R>>;
}

export function defineTool<S extends z.ZodType, R extends z.ZodType>(definition: ToolDefinition<S, R>): Tool {
  const { schema, result, needsApproval, run, ...same } = definition;
  const { parameters, parse } = argumentsOf(schema);
  return {
    ...same,
    parameters,
    parse,
    result: z.toJSONSchema(result),
    ...(needsApproval && {
      needsApproval: {
        scope: needsApproval.scope,
        prompt: (args: unknown) => needsApproval.prompt(args as z.infer<S>),
      },
    }),
    run: async (args, context) => run(parse(args), context),
  };
}

type IsolatedDefinition<S extends z.ZodType, R extends z.ZodType> = Omit<
  ToolDefinition<S, R>,
  "run" | "origins"
> & {
  work: IsolatedWork;
};

/** A tool that may take long or much: it works in a thread of its own, without a context. */
export function defineIsolatedTool<S extends z.ZodType, R extends z.ZodType>(
  definition: IsolatedDefinition<S, R>,
): Tool {
  const { work, ...same } = definition;
  const run = async (args: z.infer<S>, { signal }: ToolContext) =>
    (await runIsolated(work, args, signal)) as z.infer<R>;
  return defineTool<S, R>({ ...same, run });
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
    ...argumentsOf(schema),
    result: z.toJSONSchema(z.string()),
    ask: (args) => ask(args as z.infer<S>),
    run: () => Promise.reject(new TypeError(`${name} is answered by a person`)),
  };
}

/** Checked against what the model is told first; what a JSON Schema cannot say comes after. */
function argumentsOf<S extends z.ZodType>(schema: S) {
  // A model may leave out what has a default.
  const parameters = z.toJSONSchema(schema, { io: "input" });
  const parse = (args: unknown): z.infer<S> => {
    const broken = schemaProblems(parameters, args, "arguments");
    if (broken.length > 0) throw new ToolInputError(broken.join("; "));
    const parsed = schema.safeParse(args);
    if (parsed.success) return parsed.data;
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".") || "arguments"}: ${message}`,
    );
    throw new ToolInputError(problems.join("; "));
  };
  return { parameters, parse };
}
