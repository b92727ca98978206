import type { FinishReason, MessagePart } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import type { GraphPatch } from "@ameide/proto/ameide/graphpatch/v1/graph_patch_pb.js";
import type { Interrupt, InterruptAnswer } from "@ameide/proto/ameide/inference/v1/interrupt_pb.js";

/** What an executing graph tells the run loop, in order. No LangChain type leaves this folder through it. */
export type AgentEvent =
  /** First event of every attempt but the first, before any model call: what the checkpoint holds of the answer. */
  | Restored
  /** A model call begins; `beforeModelCall` has let it. */
  | CallStarted
  /** `outputTokens` is our count of this call so far. */
  | { type: "text"; text: string; outputTokens: number }
  | { type: "tool_call"; toolCallId: string; name: string }
  | { type: "tool_args"; toolCallId: string; json: string; outputTokens: number }
  | { type: "tool_result"; toolCallId: string; result: string; failed: boolean }
  /** A tool proposes a change of a model, or one that it proposed stands differently. */
  | { type: "suggestion"; toolCallId: string; suggestion: SuggestedPatch }
  | { type: "call_ended"; call: ModelCall; usage: CallUsage; finishReason?: FinishReason }
  /** Last event of a run that asks a person something; its checkpoint waits for the answer. */
  | { type: "interrupted"; interrupt: Interrupt }
  /** The provider did not take the call, so nothing is owed for it. Another model is asked, or the execution fails. */
  | { type: "call_refused"; call: ModelCall }
  /** The call broke off: it is owed by our count. Another model is asked, or the execution fails. */
  | { type: "call_failed"; call: ModelCall }
  /**
   * What the call said may not stand beyond so many code points of its text. It is owed by our count where it was cut
   * short. The execution fails next.
   */
  | { type: "call_blocked"; call: ModelCall; keep: number; usage?: CallUsage | undefined };

/** A patch, and what it does in words. */
export interface SuggestedPatch {
  patch: GraphPatch;
  summary: readonly string[];
}

export interface Restored {
  type: "restored";
  parts: MessagePart[];
  finishReason: FinishReason;
  /** The calls that said it. */
  ended: readonly EndedCall[];
}

export interface CallStarted {
  type: "call_started";
  call: ModelCall;
  /** The model is another one than readers were told last. */
  switched?: boolean;
  /** The call before failed: what it said is void as soon as this one says something. */
  replaces?: boolean;
}

export interface ModelCall {
  /** Unique within the run, also over attempts. */
  callId: string;
  /** "provider/model". */
  model: string;
  /** Our count of what goes in. */
  inputTokens: number;
  /** Most that may come out. */
  maxOutputTokens: number;
}

export interface CallUsage {
  inputTokens: number;
  outputTokens: number;
  /** How many of the input tokens the provider had in its cache; they may be cheaper. */
  cachedInputTokens?: number;
  /** How many of the output tokens were spent on reasoning. */
  reasoningTokens?: number;
  /** False where the provider told nothing believable, so that these are our counts. */
  reported: boolean;
  /** The call was cut short. */
  aborted?: boolean;
}

/** A call that came to its end, and what is owed for it. */
export interface EndedCall {
  callId: string;
  usage: CallUsage;
}

/** One message of the conversation that the agent answers, oldest first. */
export interface ConversationMessage {
  role: "user" | "assistant" | "system";
  text: string;
}

/** Executes agents. Failures of providers and tools arrive as AppError (PROVIDERS_EXHAUSTED, TOOL_NOT_ALLOWED, …). */
export interface AgentExecutor {
  execute(request: AgentRequest): AsyncIterable<AgentEvent>;
}

export interface AgentRequest {
  tenantId: string;
  userId: string;
  /** LangGraph's thread: one per run. */
  runId: string;
  /** Empty when the run belongs to none. */
  chatId: string;
  /** From 1; above 1 the graph goes on from the run's checkpoint, if it has one. */
  attempt: number;
  agentId: string;
  agentVersion: string;
  /** "provider/model". */
  model: string;
  conversation: readonly ConversationMessage[];
  /** The answer that the run goes on with, if its checkpoint still waits for it. */
  resumed?: { interruptId: string; answer: InterruptAnswer; userId: string } | undefined;
  /** Most tokens per model call. */
  maxOutputTokens: number;
  /** Whether an answer that a model gave before, to the same question, will do. */
  cache?: boolean;
  /** Called and awaited before each model call; throwing refuses the call and ends the execution with that error. */
  beforeModelCall(call: ModelCall): Promise<void>;
  /** Aborting stops the model call under way and ends the iteration by throwing `signal.reason`. */
  signal: AbortSignal;
}
