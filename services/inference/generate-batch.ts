import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import {
  InferenceService,
  StartRunRequestSchema,
  type BatchItem,
  type BatchResultSchema,
  type GenerateBatchRequest,
  type GenerateBatchResponseSchema,
} from "@ameide/proto/ameide/inference/v1/inference_service_pb.js";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { v5 as uuidv5 } from "uuid";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { tailStream } from "../platform/event-store/stream-tail.ts";
import type { RunDeps } from "./change-run.ts";
import { loadReadableRun } from "./run-access.ts";
import { runSummary } from "./run-message.ts";
import { runStream } from "./run.ts";
import { startRun } from "./start-run.ts";

type Result = MessageInitShape<typeof BatchResultSchema>;

export async function generateBatch(
  deps: RunDeps,
  actor: Actor,
  request: GenerateBatchRequest,
  signal: AbortSignal,
): Promise<MessageInitShape<typeof GenerateBatchResponseSchema>> {
  requireScope(actor, "run.write");
  // Takes the id for the whole batch; another batch under it is refused before any of its runs starts.
  await runCommand(deps, actor, InferenceService.method.generateBatch, request, async () => ({}));
  const started: (string | AppError)[] = [];
  for (const [index, item] of request.items.entries())
    started.push(await start(deps, actor, request, item, index));
  const [first] = started;
  if (first instanceof AppError && started.every((s) => s instanceof AppError)) throw first;
  return { results: await Promise.all(started.map((s) => resultOf(deps, actor, s, signal))) };
}

/** The run's id, or why this item was refused. */
async function start(
  deps: RunDeps,
  actor: Actor,
  { requestId, agentId, options }: GenerateBatchRequest,
  { messages }: BatchItem,
  index: number,
): Promise<string | AppError> {
  const item = create(StartRunRequestSchema, {
    requestId: uuidv5(String(index), bytesOf(requestId)),
    messages,
    agentId,
    ...(options && { options }),
  });
  try {
    return (await startRun(deps, actor, item)).run?.runId ?? "";
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}

/** Any UUID will do, also one whose version nobody has defined. */
const bytesOf = (uuid: string) => Buffer.from(uuid.replaceAll("-", ""), "hex");

async function resultOf(
  deps: RunDeps,
  actor: Actor,
  started: string | AppError,
  signal: AbortSignal,
): Promise<Result> {
  if (started instanceof AppError) {
    const { reason, message, metadata } = started;
    return {
      outcome: {
        case: "refused",
        value: { reason: ErrorReason[reason], message, metadata: { ...metadata } },
      },
    };
  }
  for await (const event of tailStream(deps, actor.tenantId, runStream(started), 0, signal)) {
    if (event.type === "ameide.events.v1.RunEnded") break;
  }
  const run = await loadReadableRun(deps.database.reader(actor.tenantId), actor, started);
  return { outcome: { case: "run", value: { ...runSummary(run), parts: run.end?.parts ?? [] } } };
}
