import { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import {
  ChatCommandService,
  type EnsureChatForArtifactAndSendMessageRequest as EnsureRequest,
  type EnsureChatForArtifactAndSendMessageResponse as EnsureResponse,
} from "@ameide/proto/ameide/chat/v1/chat_command_service_pb.js";
import { v7 as uuidv7 } from "uuid";
import { loadArtifact, type ArtifactState } from "../artifact/index.ts";
import { requireScope, type Actor } from "../platform/auth/actor.ts";
import { runCommand } from "../platform/command/run-command.ts";
import type { Tx } from "../platform/db/database.ts";
import { changeChat, type ChatDeps } from "./change-chat.ts";
import { loadReadableChat } from "./chat-access.ts";
import { decideCreate, newChat, type ChatState } from "./chat.ts";
import { deliverMessage } from "./deliver-message.ts";
import { linkArtifact } from "./link-artifact.ts";
import { findLink } from "./link-store.ts";
import type { RunPorts } from "./run-ports.ts";
import { lockTurns } from "./stop-turns.ts";

const LONGEST_TITLE = 200;

type Deps = ChatDeps & { runs: RunPorts };

export async function ensureChatForArtifactAndSendMessage(
  deps: Deps,
  actor: Actor,
  request: EnsureRequest,
): Promise<EnsureResponse> {
  requireScope(actor, "chat.write");
  const { requestId, message, multitaskStrategy: strategy } = request;
  const { method } = ChatCommandService;
  return runCommand(deps, actor, method.ensureChatForArtifactAndSendMessage, request, async (tx) => {
    const artifact = await loadArtifact(tx, request.artifactId);
    const found = request.chatId === "" ? undefined : await loadReadableChat(tx, actor, request.chatId);
    // Before the link changes the chat: locks are taken in one order.
    const given = found && (await lockTurns(tx, deps, found, strategy));
    const chat = await linkOnce(
      tx,
      deps,
      actor,
      given ?? (await begin(tx, deps, actor, request, artifact)),
      artifact,
      requestId,
    );
    if (!message) throw new TypeError("validation lets no request without a message through");
    const input = { ...message, artifactId: message.artifactId || artifact.artifactId };
    const admit = (run: Parameters<RunPorts["admit"]>[2]) => deps.runs.admit(tx, actor, run, requestId);
    const sent = await deliverMessage(tx, deps, actor, chat, { input, requestId, strategy, admit });
    return { chatId: chat.chatId, persistedMessage: sent.message, chatCreated: !given, runId: sent.runId };
  });
}

async function begin(
  tx: Tx,
  deps: Deps,
  actor: Actor,
  request: EnsureRequest,
  artifact: ArtifactState,
): Promise<ChatState> {
  const decided = decideCreate({
    userId: actor.userId,
    teams: actor.teams,
    title: [...`About ${artifact.title}`].slice(0, LONGEST_TITLE).join(""),
    visibility: request.visibility,
    agentId: await deps.runs.agentOrDefault(tx, actor, request.agentId),
    metadata: undefined,
  });
  return changeChat(tx, deps, actor, newChat(uuidv7()), decided, request.requestId);
}

/** A link that says more than REFERENCED stays as it is. */
async function linkOnce(
  tx: Tx,
  deps: Deps,
  actor: Actor,
  chat: ChatState,
  artifact: ArtifactState,
  requestId: string,
): Promise<ChatState> {
  if (await findLink(tx, chat.chatId, artifact.artifactId)) return chat;
  const linked = await linkArtifact(tx, deps, actor, {
    chat,
    artifact,
    wanted: RelationType.REFERENCED,
    requestId,
  });
  return linked.chat;
}
