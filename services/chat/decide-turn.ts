import { MultitaskStrategy, type ChatMessage } from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import {
  AnswerWithdrawnSchema,
  MessageSentSchema,
  TurnResumedSchema,
  TurnWithdrawnSchema,
} from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { create } from "@bufbuild/protobuf";
import { AppError } from "../platform/errors/app-error.ts";
import type { ChatEvent, ChatState } from "./chat.ts";
import { openRuns } from "./open-turns.ts";

/** Messages that may wait for their turn in one chat. */
export const LONGEST_QUEUE = 10;

/**
 * A user's message opens the turn of its run. While another is open it is refused or waits: who interrupts has
 * asked the others to stop before.
 */
export function decideSend(
  chat: ChatState,
  message: ChatMessage,
  strategy = MultitaskStrategy.REJECT,
): ChatEvent[] {
  const { chatId, activeRunId, waitingRunIds } = chat;
  const refuses = strategy === MultitaskStrategy.REJECT || strategy === MultitaskStrategy.UNSPECIFIED;
  if (activeRunId !== "" && refuses) {
    throw new AppError("RUN_ACTIVE", "an answer is still being written; wait for it or cancel its run", {
      metadata: { run_id: activeRunId, chat_id: chatId },
    });
  }
  if (waitingRunIds.length >= LONGEST_QUEUE) {
    throw new AppError(
      "TURN_QUEUE_FULL",
      "too many messages wait in this chat; wait, or cancel one of them",
      {
        metadata: { chat_id: chatId, limit: String(LONGEST_QUEUE) },
      },
    );
  }
  return [create(MessageSentSchema, { message })];
}

/** An answer is taken once, from a run whose turn it is or that waits; that of a withdrawn turn is no message. */
export function decideAnswer(chat: ChatState, answer: ChatMessage): ChatEvent[] {
  if (chat.deleted || !openRuns(chat).includes(answer.runId)) return [];
  const withdrawn = chat.withdrawnRunIds.includes(answer.runId);
  return [create(withdrawn ? AnswerWithdrawnSchema : MessageSentSchema, { message: answer })];
}

/** What is withdrawn already stays so. */
export function decideWithdraw(chat: ChatState, turn: { runId: string; messageId: string }): ChatEvent[] {
  if (!openRuns(chat).includes(turn.runId) || chat.withdrawnRunIds.includes(turn.runId)) return [];
  return [create(TurnWithdrawnSchema, turn)];
}

/** Those who read the chat hear that its turn goes on. */
export function decideTurnResumed(chat: ChatState, runId: string): ChatEvent[] {
  return chat.activeRunId === runId ? [create(TurnResumedSchema, { runId })] : [];
}
