import type {
  ArtifactCommandService,
  ArtifactQueryService,
} from "@ameide/proto/ameide/artifact/v1/artifact_service_pb.js";
import type { ChatCommandService } from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import type { ChatQueryService } from "@ameide/proto/ameide/chat/v1/chat_query_service_pb.js";
import type { ServiceImpl } from "@connectrpc/connect";
import { actorOf } from "../platform/auth/request-actor.ts";
import type { TailDeps } from "../platform/event-store/stream-tail.ts";
import { associateArtifact } from "./associate-artifact.ts";
import { associateChat } from "./associate-chat.ts";
import type { ChatDeps } from "./change-chat.ts";
import { createChat } from "./create-chat.ts";
import { deleteChat } from "./delete-chat.ts";
import { dissociateChat } from "./dissociate-chat.ts";
import { ensureChatForArtifactAndSendMessage } from "./ensure-chat-for-artifact-and-send-message.ts";
import { getArtifactChats } from "./get-artifact-chats.ts";
import { getChatArtifacts } from "./get-chat-artifacts.ts";
import { getChat } from "./get-chat.ts";
import { getMessages } from "./get-messages.ts";
import { listChats } from "./list-chats.ts";
import type { RunPorts } from "./run-ports.ts";
import { searchChats } from "./search-chats.ts";
import { sendMessage } from "./send-message.ts";
import { streamChatUpdates } from "./stream-chat-updates.ts";
import { updateChatTitle } from "./update-chat-title.ts";
import { updateVisibility } from "./update-visibility.ts";

export type ChatHandlerDeps = ChatDeps & TailDeps & { runs: RunPorts };

/** The chat RPCs, and those artifact RPCs that are about links to chats. */
export function createChatHandlers(deps: ChatHandlerDeps) {
  const commands = {
    ensureChatForArtifactAndSendMessage: (request, context) =>
      ensureChatForArtifactAndSendMessage(deps, actorOf(context), request),
    createChat: (request, context) => createChat(deps, actorOf(context), request),
    sendMessage: (request, context) => sendMessage(deps, actorOf(context), request),
    updateChatTitle: (request, context) => updateChatTitle(deps, actorOf(context), request),
    deleteChat: (request, context) => deleteChat(deps, actorOf(context), request),
    associateArtifact: (request, context) => associateArtifact(deps, actorOf(context), request),
    updateVisibility: (request, context) => updateVisibility(deps, actorOf(context), request),
  } satisfies ServiceImpl<typeof ChatCommandService>;
  const queries = {
    getChat: (request, context) => getChat(deps, actorOf(context), request),
    listChats: (request, context) => listChats(deps, actorOf(context), request),
    getMessages: (request, context) => getMessages(deps, actorOf(context), request),
    getChatArtifacts: (request, context) => getChatArtifacts(deps, actorOf(context), request),
    searchChats: (request, context) => searchChats(deps, actorOf(context), request),
    streamChatUpdates: (request, context) =>
      streamChatUpdates(deps, actorOf(context), request, context.signal),
  } satisfies ServiceImpl<typeof ChatQueryService>;
  const artifactCommands = {
    associateChat: (request, context) => associateChat(deps, actorOf(context), request),
    dissociateChat: (request, context) => dissociateChat(deps, actorOf(context), request),
  } satisfies Partial<ServiceImpl<typeof ArtifactCommandService>>;
  const artifactQueries = {
    getArtifactChats: (request, context) => getArtifactChats(deps, actorOf(context), request),
  } satisfies Partial<ServiceImpl<typeof ArtifactQueryService>>;
  return { commands, queries, artifactCommands, artifactQueries };
}
