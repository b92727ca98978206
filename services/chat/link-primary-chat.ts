import { RelationType } from "@ameide/proto/ameide/artifact/v1/artifact_pb.js";
import type { ArtifactState } from "../artifact/index.ts";
import type { Actor } from "../platform/auth/actor.ts";
import type { Tx } from "../platform/db/database.ts";
import type { ChatDeps } from "./change-chat.ts";
import { loadReadableChat } from "./chat-access.ts";
import { linkArtifact } from "./link-artifact.ts";

/** Links a new artifact to the chat that it was created from; resolves to the artifact as it stands then. */
export async function linkPrimaryChat(
  deps: ChatDeps,
  tx: Tx,
  actor: Actor,
  chatId: string,
  artifact: ArtifactState,
): Promise<ArtifactState> {
  const chat = await loadReadableChat(tx, actor, chatId);
  const wanted = RelationType.CREATED;
  const linked = await linkArtifact(tx, deps, actor, { chat, artifact, wanted, requestId: "" });
  return linked.artifact;
}
