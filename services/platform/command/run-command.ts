import { createHash } from "node:crypto";
import { create, fromBinary, toBinary, toJson } from "@bufbuild/protobuf";
import type { DescMessage, DescMethod, JsonValue, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { Actor } from "../auth/actor.ts";
import type { Database, Tx } from "../db/database.ts";
import { AppError } from "../errors/app-error.ts";
import { withInnerSpan } from "../telemetry/trace.ts";
import { storedResponse, storeResponse, takeRequestId } from "./request-log-store.ts";
import { retryConflicts } from "./retry-conflicts.ts";

export interface CommandDeps {
  database: Database;
  now: () => Date;
}

type CommandMethod<I extends DescMessage, O extends DescMessage> = DescMethod & { input: I; output: O };

/**
 * Runs a command in one transaction. With a `request_id`, a repeat gets the first answer and another payload under
 * the same id is refused.
 */
export async function runCommand<I extends DescMessage, O extends DescMessage>(
  deps: CommandDeps,
  actor: Actor,
  method: CommandMethod<I, O>,
  request: MessageShape<I> & { requestId?: string },
  work: (tx: Tx) => Promise<MessageInitShape<O>>,
): Promise<MessageShape<O>> {
  return retryConflicts(() =>
    deps.database.transaction(actor.tenantId, (tx) => once(deps, actor, tx, method, request, work)),
  );
}

/**
 * What the command answered when it was given before under the same `request_id`; undefined: it was not. For commands
 * whose work begins before their transaction does.
 */
export async function firstAnswer<I extends DescMessage, O extends DescMessage>(
  deps: CommandDeps,
  actor: Actor,
  method: CommandMethod<I, O>,
  request: MessageShape<I> & { requestId?: string },
): Promise<MessageShape<O> | undefined> {
  if (!request.requestId) return undefined;
  const key = { userId: actor.userId, requestId: request.requestId };
  const first = await storedResponse(deps.database.reader(actor.tenantId), key);
  return first && answerOf(method, request, first, hashOf(method, request));
}

/** Refuses another request under the same id. */
function answerOf<I extends DescMessage, O extends DescMessage>(
  method: CommandMethod<I, O>,
  { requestId = "" }: { requestId?: string },
  first: { requestHash: Uint8Array; response: Uint8Array } | undefined,
  hash: Buffer,
): MessageShape<O> {
  if (first && Buffer.from(first.requestHash).equals(hash)) return fromBinary(method.output, first.response);
  throw new AppError("REQUEST_ID_REUSED", "this request_id belongs to another request; take a new one", {
    metadata: { request_id: requestId },
  });
}

async function once<I extends DescMessage, O extends DescMessage>(
  deps: CommandDeps,
  actor: Actor,
  tx: Tx,
  method: CommandMethod<I, O>,
  request: MessageShape<I> & { requestId?: string },
  work: (tx: Tx) => Promise<MessageInitShape<O>>,
): Promise<MessageShape<O>> {
  const execute = () => withInnerSpan(`command ${method.name}`, {}, () => work(tx));
  if (!request.requestId) return create(method.output, await execute());
  const key = { userId: actor.userId, requestId: request.requestId };
  const hash = hashOf(method, request);
  if (!(await takeRequestId(tx, key, hash, deps.now()))) {
    return answerOf(method, request, await storedResponse(tx, key), hash);
  }
  const response = create(method.output, await execute());
  await storeResponse(tx, key, toBinary(method.output, response));
  return response;
}

function hashOf<I extends DescMessage>(method: DescMethod & { input: I }, request: MessageShape<I>): Buffer {
  const json = JSON.stringify(sorted(toJson(method.input, request)));
  return createHash("sha256").update(`${method.parent.typeName}/${method.name}\n${json}`).digest();
}

/** Map entries may arrive in any order; equal requests must hash equal. */
function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== "object") return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}
