import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { type FieldPath, ViolationsSchema } from "@ameide/proto/buf/validate/validate_pb.js";
import { ErrorInfoSchema, RetryInfoSchema } from "@ameide/proto/google/rpc/error_details_pb.js";
import { ConnectError } from "@connectrpc/connect";

/** Names of `ameide.error.v1.ErrorReason`, such as "CHAT_NOT_FOUND". */
export type Reason = keyof typeof ErrorReason;

/** One broken rule of the schema. */
export interface Violation {
  /** Path of the field, such as `message.parts[0].text`; empty for a rule of the whole message. */
  readonly field: string;
  /** The rule, such as `string.uuid`. */
  readonly ruleId: string;
  /** What the rule asks for, for people. */
  readonly message: string;
}

/**
 * Why Ameide refused a call. Undefined for anything else: errors of the network or a proxy, and reasons that
 * are newer than this SDK.
 */
export function reasonOf(error: unknown): Reason | undefined {
  const reason = errorInfoOf(error)?.reason;
  return reason !== undefined && isReason(reason) ? reason : undefined;
}

/** The thing that a refusal concerns, such as `run_id` of RUN_ACTIVE; empty when nothing was said. */
export function metadataOf(error: unknown): Readonly<Record<string, string>> {
  return errorInfoOf(error)?.metadata ?? {};
}

/** How long to wait before trying again, in milliseconds; undefined when the server did not say. */
export function retryDelayOf(error: unknown): number | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  const delay = error.findDetails(RetryInfoSchema)[0]?.retryDelay;
  return delay === undefined ? undefined : Number(delay.seconds) * 1000 + delay.nanos / 1e6;
}

/** All broken rules of a request that was refused with SCHEMA_VIOLATION; empty for other errors. */
export function violationsOf(error: unknown): readonly Violation[] {
  if (!(error instanceof ConnectError)) return [];
  return error
    .findDetails(ViolationsSchema)
    .flatMap(({ violations }) => violations)
    .map(({ field, ruleId, message }) => ({ field: fieldPath(field), ruleId, message }));
}

function errorInfoOf(error: unknown) {
  if (!(error instanceof ConnectError)) return undefined;
  return error.findDetails(ErrorInfoSchema).find(({ domain }) => domain === "ameide");
}

function isReason(name: string): name is Reason {
  // The enum object also maps numbers to names.
  return Object.hasOwn(ErrorReason, name) && !/^\d/.test(name);
}

function fieldPath(path: FieldPath | undefined): string {
  return (path?.elements ?? [])
    .map(({ fieldName, subscript }) => {
      if (subscript.case === undefined) return fieldName;
      const key = subscript.case === "stringKey" ? JSON.stringify(subscript.value) : String(subscript.value);
      return `${fieldName}[${key}]`;
    })
    .join(".");
}
