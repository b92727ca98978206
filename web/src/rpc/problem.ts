import { Code, ConnectError } from "@connectrpc/connect";
import type { RunError } from "@ameide/proto/ameide/inference/v1/run_pb.js";
import { ErrorReason } from "@ameide/proto/ameide/error/v1/error_reason_pb.js";
import { metadataOf, reasonOf, retryDelayOf } from "@ameide/sdk";
import { formatMicros, formatMoment } from "./format.ts";

/** A failure in a person's words: what happened, and what to do. */
export interface Problem {
  reason: string;
  title: string;
  detail: string;
  /** Whether the same thing may work if tried again. */
  retry: boolean;
}

type Metadata = Readonly<Record<string, string>>;
type Describe = (metadata: Metadata) => Omit<Problem, "reason">;

const windowNames: Record<string, string> = { day: "Today's", month: "This month's" };

function budgetExceeded(metadata: Metadata): Omit<Problem, "reason"> {
  const {
    scope,
    limit_micros,
    used_micros,
    reserved_micros,
    reset_time,
    raise_by,
    currency = "USD",
  } = metadata;
  const window = (metadata["window"] ?? "").toLowerCase().replace("budget_window_", "");
  const money = (micros: string) => formatMicros(BigInt(micros), currency);
  const of = scope ? ` of the ${scope.toLowerCase()}` : "";
  const left = BigInt(limit_micros ?? 0) - BigInt(used_micros ?? 0) - BigInt(reserved_micros ?? 0);
  const facts = [
    limit_micros && `The limit is ${money(limit_micros)}`,
    used_micros && `${money(used_micros)} is used`,
    reserved_micros && reserved_micros !== "0" && `${money(reserved_micros)} is held for answers in progress`,
  ].filter(Boolean);
  const ways = [
    reset_time && `It starts again on ${formatMoment(new Date(reset_time))}.`,
    `${raise_by ? `Somebody with the role ${raise_by}` : "An admin"} can raise it${reset_time ? " before then" : ""}.`,
  ].filter(Boolean);
  return {
    title: `${windowNames[window] ?? "The"} budget${of} ${left > 0n ? "has too little left for this" : "is spent"}`,
    detail: `${facts.length > 0 ? `${facts.join(", ")}. ` : ""}${ways.join(" ")}`,
    retry: true,
  };
}

function secondsOf(milliseconds: string | undefined): string {
  const seconds = Math.ceil(Number(milliseconds) / 1000);
  if (!(seconds > 0)) return "a minute";
  return seconds === 1 ? "a second" : `${seconds} seconds`;
}

const descriptions: Record<string, Describe> = {
  BUDGET_EXCEEDED: budgetExceeded,
  RUN_ACTIVE: () => ({
    title: "An answer is still being written in this chat",
    detail: "Wait until it is there, or stop it; your text is kept.",
    retry: true,
  }),
  TURN_QUEUE_FULL: ({ limit }) => ({
    title: `${limit ?? "Ten"} messages wait in this chat already`,
    detail: "Wait until some are answered, or cancel one; your text is kept.",
    retry: true,
  }),
  INTERRUPT_STALE: () => ({
    title: "The question was answered already",
    detail: "Somebody was faster, or the agent asks something else by now.",
    retry: false,
  }),
  CHAT_NOT_FOUND: () => ({
    title: "This chat does not exist, or it is not shared with you",
    detail: "It may have been deleted. Ask its owner to share it, or start a new chat.",
    retry: false,
  }),
  RUN_NOT_FOUND: () => ({
    title: "This answer cannot be followed",
    detail: "It appears here as soon as it is finished.",
    retry: true,
  }),
  PRICE_UNKNOWN: ({ model }) => ({
    title: "This agent's model has no price yet",
    detail: `Ask an admin to add a price for ${model ?? "it"}, or choose another agent.`,
    retry: false,
  }),
  SCOPE_MISSING: ({ scope }) => ({
    title: "Your role does not allow this",
    detail: `It needs the permission ${scope ?? "of another role"}. Ask an admin.`,
    retry: false,
  }),
  RATE_LIMITED: ({ scope, retry_after_ms }) => ({
    title: scope === "tenant" ? "Your organization makes too many requests" : "Too many requests",
    detail: `Nothing was done. Try again in ${secondsOf(retry_after_ms)}.`,
    retry: true,
  }),
  TOO_MANY_STREAMS: ({ scope }) => ({
    title: scope === "tenant" ? "Too many pages are open in your organization" : "Too many open pages",
    detail: scope === "tenant" ? "Try again in a minute." : "Close a tab of Ameide and try again.",
    retry: true,
  }),
  PROVIDERS_EXHAUSTED: () => ({
    title: "No model answers at the moment",
    detail: "The providers are down or overloaded. Try again in a minute.",
    retry: true,
  }),
  CONTENT_BLOCKED: ({ where }) => ({
    title: where === "output" ? "The rest of this answer may not be shown" : "This message may not be sent",
    detail: "The moderation of this installation does not let it pass. Say it differently.",
    retry: false,
  }),
  VERSION_MISMATCH: () => ({
    title: "Somebody else changed it first",
    detail: "Look at the new state and try again.",
    retry: true,
  }),
  MESSAGE_TOO_LARGE: () => ({
    title: "The message is too large",
    detail: "Shorten it, or split it in two.",
    retry: false,
  }),
  UNAUTHENTICATED: () => ({
    title: "You are signed out",
    detail: "Sign in again; your text is kept.",
    retry: false,
  }),
  INTERNAL: ({ trace_id }) => ({
    title: "Something went wrong on our side",
    detail: `Try again.${trace_id ? ` If it happens again, tell us this number: ${trace_id}` : ""}`,
    retry: true,
  }),
};

const unreachable: Problem = {
  reason: "UNAVAILABLE",
  title: "The server cannot be reached",
  detail: "Check your connection and try again. Nothing you typed is lost.",
  retry: true,
};

function describe(reason: string, metadata: Metadata, message: string): Problem {
  const known = descriptions[reason];
  if (known) return { reason, ...known(metadata) };
  return { reason, title: "That did not work", detail: message, retry: true };
}

/** Describes what a call or a stream threw. */
export function problemOf(error: unknown): Problem {
  const failure = ConnectError.from(error);
  const reason = reasonOf(failure);
  if (reason) return describe(reason, factsOf(failure), failure.rawMessage);
  if (failure.code === Code.Unauthenticated) return describe("UNAUTHENTICATED", {}, failure.rawMessage);
  const lost = [Code.Unavailable, Code.Unknown, Code.DeadlineExceeded].includes(failure.code);
  return lost ? unreachable : describe("", {}, failure.rawMessage);
}

function factsOf(failure: ConnectError): Metadata {
  const wait = retryDelayOf(failure);
  return { ...metadataOf(failure), ...(wait !== undefined && { retry_after_ms: String(wait) }) };
}

/** Describes why a run did not complete. */
export function problemOfRun(error: RunError): Problem {
  return describe(ErrorReason[error.reason] ?? "", error.metadata, error.message);
}
