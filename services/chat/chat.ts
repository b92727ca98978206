import { isDeepStrictEqual } from "node:util";
import { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  ChatMetadataSchema,
  ChatVisibility,
  type ChatMessage,
  type ChatMetadata,
} from "@ameide/proto/ameide/chat/v1/chat_pb.js";
import {
  type AnswerWithdrawn,
  ChatArtifactLinkedSchema,
  ChatArtifactUnlinkedSchema,
  ChatCreatedSchema,
  ChatDeletedSchema,
  ChatRenamedSchema,
  ChatVisibilityChangedSchema,
  type ChatArtifactLinked,
  type ChatArtifactUnlinked,
  type ChatCreated,
  type ChatDeleted,
  type ChatRenamed,
  type ChatVisibilityChanged,
  type MessageSent,
  type TurnResumed,
  type TurnWithdrawn,
} from "@ameide/proto-private/ameide/events/v1/chat_events_pb.js";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterAnswer, afterMessage, afterWithdrawal, NO_TURNS, type OpenTurns } from "./open-turns.ts";

export type ChatEvent =
  | ChatCreated
  | MessageSent
  | TurnWithdrawn
  | AnswerWithdrawn
  | TurnResumed
  | ChatRenamed
  | ChatVisibilityChanged
  | ChatArtifactLinked
  | ChatArtifactUnlinked
  | ChatDeleted;

/** A chat as its events left it. */
export interface ChatState extends OpenTurns {
  chatId: string;
  userId: string;
  title: string;
  visibility: ChatVisibility;
  /** The creator's teams when they were last known; what they may do is up to the visibility. */
  teamIds: readonly string[];
  agentId: string;
  metadata: ChatMetadata | undefined;
  messageCount: number;
  deleted: boolean;
  version: number;
  createTime: Date;
  updateTime: Date;
}

export const chatStream = (chatId: string): string => `chat-${chatId}`;

const TITLE_LENGTH = 80;
const CONTROL_CHARACTERS = /\p{Cc}/gu;

export function newChat(chatId: string): ChatState {
  const never = new Date(0);
  return {
    chatId,
    userId: "",
    title: "",
    visibility: ChatVisibility.PRIVATE,
    teamIds: [],
    agentId: "",
    metadata: undefined,
    ...NO_TURNS,
    messageCount: 0,
    deleted: false,
    version: 0,
    createTime: never,
    updateTime: never,
  };
}

export interface NewChat {
  userId: string;
  teams: readonly string[];
  title: string;
  visibility: ChatVisibility;
  agentId: string;
  metadata: ChatMetadata | undefined;
}

export function decideCreate({ userId, teams, title, visibility, agentId, metadata }: NewChat): ChatEvent[] {
  const shown = visibility === ChatVisibility.UNSPECIFIED ? ChatVisibility.PRIVATE : visibility;
  return [
    create(ChatCreatedSchema, {
      userId,
      title,
      visibility: shown,
      teamIds: [...teams],
      agentId,
      ...(metadata && !isEmpty(metadata) && { metadata }),
    }),
  ];
}

const isEmpty = (metadata: ChatMetadata) => toBinary(ChatMetadataSchema, metadata).length === 0;

export function decideRename(chat: ChatState, title: string): ChatEvent[] {
  return chat.title === title ? [] : [create(ChatRenamedSchema, { title })];
}

/** Shared is with the creator's teams: as he shares it, or as they were known last when somebody else does. */
export function decideShare(
  chat: ChatState,
  visibility: ChatVisibility,
  sharer: { userId: string; teams: readonly string[] },
): ChatEvent[] {
  const teamIds = [...(sharer.userId === chat.userId ? sharer.teams : chat.teamIds)];
  const sameTeams = visibility !== ChatVisibility.TEAM || isDeepStrictEqual(teamIds, [...chat.teamIds]);
  if (chat.visibility === visibility && sameTeams) return [];
  return [create(ChatVisibilityChangedSchema, { visibility, teamIds })];
}

export function decideDelete(chat: ChatState): ChatEvent[] {
  return chat.deleted ? [] : [create(ChatDeletedSchema)];
}

export function decideLink(
  current: RelationType | undefined,
  artifactId: string,
  wanted: RelationType,
): ChatEvent[] {
  const relationType = relationOf(wanted);
  return current === relationType ? [] : [create(ChatArtifactLinkedSchema, { artifactId, relationType })];
}

export function decideUnlink(artifactId: string): ChatEvent[] {
  return [create(ChatArtifactUnlinkedSchema, { artifactId })];
}

export const relationOf = (wanted: RelationType): RelationType =>
  wanted === RelationType.UNSPECIFIED ? RelationType.REFERENCED : wanted;

export function evolveChat(
  chat: ChatState,
  event: ChatEvent,
  at: { version: number; time: Date },
): ChatState {
  const next = { ...chat, version: at.version, updateTime: at.time };
  switch (event.$typeName) {
    case "ameide.events.v1.ChatCreated": {
      const { userId, title, visibility, teamIds, agentId, metadata } = event;
      return { ...next, userId, title, visibility, teamIds, agentId, metadata, createTime: at.time };
    }
    case "ameide.events.v1.MessageSent":
      return event.message ? withMessage(next, event.message) : next;
    case "ameide.events.v1.TurnWithdrawn":
      return { ...next, ...afterWithdrawal(next, event.runId), messageCount: next.messageCount - 1 };
    case "ameide.events.v1.AnswerWithdrawn":
      return { ...next, ...afterAnswer(next, event.message?.runId ?? "") };
    case "ameide.events.v1.ChatRenamed":
      return { ...next, title: event.title };
    case "ameide.events.v1.ChatVisibilityChanged":
      return { ...next, visibility: event.visibility, teamIds: event.teamIds };
    case "ameide.events.v1.ChatDeleted":
      return { ...next, deleted: true, ...NO_TURNS };
    case "ameide.events.v1.TurnResumed":
    case "ameide.events.v1.ChatArtifactLinked":
    case "ameide.events.v1.ChatArtifactUnlinked":
      return next;
  }
}

function withMessage(chat: ChatState, message: ChatMessage): ChatState {
  return {
    ...chat,
    ...afterMessage(chat, message),
    title: chat.title === "" ? titleOf(message) : chat.title,
    messageCount: chat.messageCount + 1,
  };
}

/** The first line of the first part that says something, as a title may be: without control characters. */
function titleOf({ parts }: ChatMessage): string {
  const texts = parts.flatMap(({ kind }) => (kind.case === "text" ? [kind.value.text] : []));
  const line = texts.flatMap((text) => text.split(/[\r\n]+/).map(withoutControls)).find(Boolean) ?? "";
  const characters = [...line.replaceAll(CONTROL_CHARACTERS, " ")];
  const fits = characters.length <= TITLE_LENGTH;
  return fits ? characters.join("") : `${characters.slice(0, TITLE_LENGTH - 1).join("")}…`;
}

const withoutControls = (line: string) => line.replaceAll(/\p{Cc}+/gu, " ").trim();
