import { findArtifactsById, type ArtifactState } from "../artifact/index.ts";
import type { Reader } from "../platform/db/database.ts";
import { listLinksOfChat } from "./link-store.ts";

/** The artifacts of a chat, last linked first. Asks for no right: callers do. */
export async function lastLinkedArtifacts(
  reader: Reader,
  chatId: string,
  limit: number,
): Promise<ArtifactState[]> {
  const links = await listLinksOfChat(reader, chatId, { after: undefined, limit });
  const ids = links.map(({ artifactId }) => artifactId);
  const byId = new Map((await findArtifactsById(reader, ids)).map((found) => [found.artifactId, found]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
