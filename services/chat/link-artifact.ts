import type { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import { changeArtifact, decideLinkChat, decideUnlinkChat, type ArtifactState } from "../artifact/index.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { Tx } from "../platform/db/database.ts";
import { AppError } from "../platform/errors/app-error.ts";
import { changeChat, type ChatDeps } from "./change-chat.ts";
import { decideLink, decideUnlink, relationOf, type ChatState } from "./chat.ts";
import { findLink, type Link } from "./link-store.ts";

interface Linked {
  chat: ChatState;
  artifact: ArtifactState;
  link: Link;
}

/** Links a chat and an artifact on both their streams. Chat first, everywhere, so that two never deadlock. */
export async function linkArtifact(
  tx: Tx,
  deps: ChatDeps,
  actor: Actor,
  {
    chat,
    artifact,
    wanted,
    requestId,
  }: { chat: ChatState; artifact: ArtifactState; wanted: RelationType; requestId: string },
): Promise<Linked> {
  const current = await findLink(tx, chat.chatId, artifact.artifactId);
  const decided = decideLink(current?.relationType, artifact.artifactId, wanted);
  if (current && decided.length === 0) return { chat, artifact, link: current };
  const relationType = relationOf(wanted);
  const nextChat = await changeChat(tx, deps, actor, chat, decided, requestId);
  const nextArtifact = await changeArtifact(
    tx,
    deps,
    actor,
    artifact,
    decideLinkChat(chat, relationType),
    requestId,
  );
  const { chatId } = chat;
  const { artifactId } = artifact;
  const fresh: Link = {
    chatId,
    artifactId,
    relationType,
    createdBy: actor.userId,
    linkedAt: nextChat.updateTime,
  };
  return { chat: nextChat, artifact: nextArtifact, link: current ? { ...current, relationType } : fresh };
}

export async function unlinkArtifact(
  tx: Tx,
  deps: ChatDeps,
  actor: Actor,
  { chat, artifact, requestId }: { chat: ChatState; artifact: ArtifactState; requestId: string },
): Promise<void> {
  const { chatId } = chat;
  const { artifactId } = artifact;
  if (!(await findLink(tx, chatId, artifactId))) {
    throw new AppError("RELATION_NOT_FOUND", "the chat and the artifact are not linked", {
      metadata: { chat_id: chatId, artifact_id: artifactId },
    });
  }
  await changeChat(tx, deps, actor, chat, decideUnlink(artifactId), requestId);
  await changeArtifact(tx, deps, actor, artifact, decideUnlinkChat(chatId), requestId);
}
